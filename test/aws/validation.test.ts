import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type App, type Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { awsApp } from '../../lib/aws/app';
import type { Plan } from '../../lib/plan/plan';
import { deployments, planOf } from './plan-fixture';
import { scaledDeployments, scaledPlanOf } from './scaled-fixture';

interface Report {
  pluginReports: { pluginName: string; violations: { ruleName: string; severity?: string }[] }[];
}

const plans: Record<string, Plan> = Object.fromEntries([
  ...Object.keys(deployments).map((name) => [name, planOf(name as keyof typeof deployments)]),
  ...Object.keys(scaledDeployments).map((name) => [
    `scaled ${name}`,
    scaledPlanOf(name as keyof typeof scaledDeployments),
  ]),
]);
const names = Object.keys(plans);

/** Findings of CloudFormation Validate and cdk-nag that nobody has acknowledged. */
function findings(name: string, spoil: (app: App) => void = () => {}): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'aws-validation-'));
  const exitCode = process.exitCode;
  try {
    const app = awsApp(plans[name] as Plan, { outdir });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    spoil(app);
    try {
      app.synth();
    } catch (error) {
      // thrown for findings, which stand in the report
      if ((error as Error).name !== 'ValidationFailed') throw error;
    }
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return report.pluginReports.flatMap((plugin) => plugin.violations.map(({ ruleName }) => ruleName));
  } finally {
    process.exitCode = exitCode;
    rmSync(outdir, { recursive: true });
  }
}

/** Acknowledged findings with their reasons, by construct. */
function acknowledgements(name: string): { path: string; id: string; reason: string }[] {
  const outdir = mkdtempSync(join(tmpdir(), 'aws-acknowledged-'));
  try {
    const app = awsApp(plans[name] as Plan, { outdir });
    return app.node.findAll().flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([id, reason]) => ({
            path: construct.node.path,
            id,
            reason,
          })),
        ),
    );
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

describe('the rules of CloudFormation Validate and cdk-nag AwsSolutions', () => {
  it.each(names)('%s: find nothing that is not acknowledged', (name) => {
    expect(findings(name)).toEqual([]);
  });

  it('find a bucket without anything, so the check can fail', () => {
    const found = findings('tunnel', (app) => {
      new Bucket(app.node.findChild('chat-dev') as Stack, 'Plain');
    });
    expect(found.some((rule) => rule.startsWith('AwsSolutions-S1'))).toBe(true);
  });

  it('are acknowledged on parts and never on the stack or the whole architecture, each with a reason', () => {
    for (const name of names) {
      const all = acknowledgements(name);
      expect(all.length).toBeGreaterThan(5);
      for (const { path, id, reason } of all) {
        expect(path.split('/').length, `${id} at ${path}`).toBeGreaterThan(3);
        expect(reason.split(' ').length, `${id} at ${path}`).toBeGreaterThan(5);
      }
    }
  });
});
