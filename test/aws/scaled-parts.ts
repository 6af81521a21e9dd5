import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AccessLogs } from '../../lib/aws/access-logs';
import { Backup } from '../../lib/aws/backup';
import { Cache } from '../../lib/aws/cache';
import { Database } from '../../lib/aws/database';
import { Documents } from '../../lib/aws/documents';
import { Encryption } from '../../lib/aws/encryption';
import { ModelStore } from '../../lib/aws/model-store';
import { Network } from '../../lib/aws/network';
import { Notifications } from '../../lib/aws/notifications';
import type { ScaledPlan } from '../../lib/plan/plan';
import { Written } from './synthesize';

interface Report {
  pluginReports: { pluginName: string; violations: { ruleName: string; description: string }[] }[];
}

/** Network and data of a fleet, wired as the architecture does it, without any machine. */
export function scaledParts(plan: ScaledPlan, scope: Stack): void {
  const { decisions } = plan;
  const { deletionProtection } = decisions.security;
  const { key } = new Encryption(scope, 'Encryption', decisions);
  const logs = { retentionDays: decisions.monitoring.logRetentionDays, key, retain: deletionProtection };
  const network = new Network(scope, 'Network', { ...decisions, dataSubnets: true, logs });
  const { bucket: accessLogs } = new AccessLogs(scope, 'AccessLogs', logs);
  const common = { ...decisions, vpc: network.vpc, key, deletionProtection, logs };
  const data = { ...common, subnets: network.dataSubnets };
  new ModelStore(scope, 'ModelStore', { ...common, accessLogs });
  const database = new Database(scope, 'Database', data);
  const documentStore =
    decisions.documents && new Documents(scope, 'Documents', { ...data, documents: decisions.documents });
  const { topic } = new Notifications(scope, 'Notifications', common);
  if (decisions.backup) {
    new Backup(scope, 'Backup', { ...common, backup: decisions.backup, database, documentStore, topic });
  }
  const cache = new Cache(scope, 'Cache', data);
  const machine = new ec2.SecurityGroup(scope, 'Machine', { vpc: network.vpc, allowAllOutbound: false });
  for (const store of [database, cache]) store.connections.allowDefaultPortFrom(machine, 'Gateway');
}

/** Template and findings of CloudFormation Validate and cdk-nag that nobody has acknowledged. */
export function checkedParts(
  plan: ScaledPlan,
  spoil: (stack: Stack) => void = () => {},
): { template: Written; findings: string[] } {
  const outdir = mkdtempSync(join(tmpdir(), 'scaled-parts-'));
  const { exitCode } = process;
  try {
    const app = new App({
      outdir,
      analyticsReporting: false,
      postCliContext: {
        ...recommendedFlags,
        '@aws-cdk/core:validateAgainstDefaultRules': true,
        '@aws-cdk/core:failSynthOnValidationErrors': false,
      },
    });
    const { region } = plan.decisions.identity;
    const stack = new Stack(app, 'Parts', { env: { region } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    scaledParts(plan, stack);
    spoil(stack);
    const assembly = app.synth();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return {
      template: new Written(
        assembly.getStackByName(stack.stackName).template,
        assembly.manifest.missing ?? [],
      ),
      findings: report.pluginReports.flatMap(({ violations }) =>
        violations.map(({ ruleName, description }) => `${ruleName}: ${description}`),
      ),
    };
  } finally {
    process.exitCode = exitCode;
    rmSync(outdir, { recursive: true });
  }
}
