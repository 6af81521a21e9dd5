import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type App, type Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { awsApp } from '../../lib/aws/app';
import { plan } from '../../lib/plan';
import type { Plan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';

interface Report {
  pluginReports: {
    pluginName: string;
    violations: { ruleName: string; violatingConstructs: { constructPath?: string }[] }[];
  }[];
}

const packs = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks];

const base = {
  name: 'chat',
  cloud: 'aws',
  regions: 'eu-central-1',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 50 },
} satisfies Deployment;
const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const subnet = (last: number, zone: string) => ({ id: `subnet-0123456789abcdef${last}`, zone });

/** Presets with everything that a single server can have around it. */
const presets = {
  'hipaa, public, managed data, models of the cloud': {
    ...base,
    models: [
      { name: 'chat', source: 'Qwen/Qwen3-8B', fallbacks: 'claude' },
      { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' },
    ],
    network: domain,
    database: 'managed',
    cache: 'managed',
    budget: { monthlyUsd: 3000 },
    monitoring: { notify: 'ops@example.com' },
    security: { compliance: 'hipaa' },
  },
  'hipaa, internal, in a network and bucket of the user': {
    ...base,
    network: {
      domain: 'llm.corp.example.com',
      certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
      ingress: 'internal',
      allowedCidrs: ['10.0.0.0/8'],
      existing: {
        id: 'vpc-0123456789abcdef0',
        machineSubnets: [subnet(0, 'eu-central-1a'), subnet(1, 'eu-central-1b')],
      },
    },
    modelStore: { bucket: 'our-weights' },
    images: { registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' },
    security: { compliance: 'hipaa' },
  },
  'soc2 and gdpr, development, reached by tunnel': {
    ...base,
    environment: 'dev',
    database: { postgres: 'managed' },
    cache: 'managed',
    security: { compliance: ['soc2', 'gdpr'] },
  },
  'hipaa, with files, a content filter, copies of backups and a container of the user': {
    ...base,
    network: domain,
    database: { postgres: 'managed', allowedCidrs: ['10.60.0.0/16'] },
    batch: { requestsPerDay: 20_000 },
    gateway: { guardrail: true },
    reliability: { backupRegion: 'eu-west-1' },
    application: { image: `registry.example.com/app@sha256:${'0'.repeat(64)}`, port: 8080 },
    security: { compliance: 'hipaa' },
  },
  'all of them, public without a web firewall': {
    ...base,
    network: domain,
    monitoring: { logRetentionDays: 2192 },
    security: { compliance: ['gdpr', 'hipaa', 'soc2', 'ccpa'], waf: false },
  },
} satisfies Record<string, Deployment>;

/** The same of fleets. */
const fleets = {
  'hipaa, public, with models of the cloud': {
    ...base,
    architecture: 'scaled',
    models: [
      { name: 'chat', source: 'Qwen/Qwen3-8B', fallbacks: 'claude' },
      { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' },
    ],
    network: domain,
    monitoring: { notify: 'ops@example.com' },
    security: { compliance: 'hipaa' },
  },
  'soc2 and gdpr, internal, development': {
    ...base,
    architecture: 'scaled',
    environment: 'dev',
    network: { ...domain, ingress: 'internal' },
    security: { compliance: ['soc2', 'gdpr'] },
  },
  'hipaa, with files on machines of their own': {
    ...base,
    architecture: 'scaled',
    network: domain,
    batch: { requestsPerDay: 200_000 },
    security: { compliance: 'hipaa' },
  },
  'hipaa, without a way out, documents, copies of backups': {
    ...base,
    architecture: 'scaled',
    network: { ...domain, ingress: 'internal', egress: 'none' },
    images: { registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' },
    modelStore: { import: 'manual', bucket: 'our-weights' },
    database: { documents: true, allowedCidrs: '10.60.0.0/16' },
    reliability: { backupRegion: 'eu-west-1' },
    security: { compliance: 'hipaa' },
  },
  'hipaa, managed models alone': {
    ...base,
    models: [{ name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' }],
    network: domain,
    security: { compliance: 'hipaa' },
  },
} satisfies Record<string, Deployment>;

/** Findings of CloudFormation Validate and all packs that nobody has acknowledged, as `rule at construct`. */
function findings(planned: Plan, spoil: (app: App) => void = () => {}): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'aws-packs-'));
  const { exitCode } = process;
  try {
    const app = awsApp(planned, { outdir });
    Validations.of(app).addPlugins(...packs.map((Pack) => new Pack(app)));
    spoil(app);
    try {
      app.synth();
    } catch (error) {
      // thrown for findings, which stand in the report
      if ((error as Error).name !== 'ValidationFailed') throw error;
    }
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return report.pluginReports.flatMap(({ violations }) =>
      violations.flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
    );
  } finally {
    process.exitCode = exitCode;
    rmSync(outdir, { recursive: true });
  }
}

describe('AwsSolutions, HIPAA Security, NIST 800-53 R5 and PCI DSS 3.2.1 under the presets', () => {
  it.each([
    ...Object.entries(presets).map(([name, deployment]) => [`single server, ${name}`, deployment] as const),
    ...Object.entries(fleets).map(([name, deployment]) => [`scaled, ${name}`, deployment] as const),
  ])(
    '%s: find nothing that is not acknowledged',
    (_, deployment) => {
      expect(findings(plan(deployment))).toEqual([]);
    },
    60_000,
  );

  it('are acknowledged on parts, each with the control that the reason answers', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'aws-packs-'));
    try {
      const app = awsApp(plan(fleets['hipaa, public, with models of the cloud']), { outdir });
      const all = app.node.findAll().flatMap(({ node }) =>
        node.metadata
          .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap(({ data }) => Object.entries(data as Record<string, string>))
          .map(([id, reason]) => ({ path: node.path, id, reason })),
      );
      const controls = {
        'HIPAA.Security': /^164\.3\d\d\(/,
        'NIST.800.53.R5': /^[A-Z]{2}-\d/,
        'PCI.DSS.321': /^\d+\.\d/,
      };
      for (const [pack, control] of Object.entries(controls)) {
        const own = all.filter(({ id }) => id.includes(`${pack}-`));
        expect(own.length, pack).toBeGreaterThan(5);
        for (const { id, path, reason } of own) {
          expect(reason, `${id} at ${path}`).toMatch(control);
          expect(path.split('/').length, `${id} at ${path}`).toBeGreaterThan(3);
        }
      }
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }, 60_000);

  it('find in a bucket without anything what each of them forbids, so the check can fail', () => {
    const found = findings(plan(presets['soc2 and gdpr, development, reached by tunnel']), (app) => {
      new Bucket(app.node.findChild('chat-dev') as Stack, 'Plain');
    });
    for (const pack of ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321']) {
      expect(found).toContain(`${pack}-S3BucketVersioningEnabled at chat-dev/Plain/Resource`);
    }
  }, 60_000);

  it('miss keys of one’s own where the law of the spec asks for none, and nothing else', () => {
    const found = findings(plan({ ...base, network: domain, security: { compliance: ['gdpr', 'ccpa'] } }));
    const rules = new Set(found.map((finding) => finding.replace(/^[\w.]+-(\w+) at .*$/, '$1')));
    expect([...rules].sort()).toEqual([
      'CloudTrailEncryptionEnabled',
      'CloudWatchLogGroupEncrypted',
      'S3DefaultEncryptionKMS',
      'SecretsManagerUsingKMSKey',
    ]);
  }, 60_000);
});
