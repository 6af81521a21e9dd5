import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUserError } from '../lib/errors';
import { synth } from '../lib/synth';
import { planned, scaled } from './plan/example';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synth-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const issuesOf = async (changes: Parameters<typeof planned>[0]) => {
  const error: unknown = await synth(planned(changes), directory).catch((reason) => reason);
  if (!isUserError(error)) throw new Error('was not refused');
  return error.issues;
};

describe('synth', () => {
  it('writes a template that is named like the deployment, and says how to deploy it', async () => {
    const written = await synth(planned(), directory);
    expect(written.templates).toEqual(['demo-prod.template.json']);
    expect(readdirSync(directory)).toContain('demo-prod.template.json');
    expect(written.next.join('\n')).toContain('npx aws-cdk@2 deploy');
  });

  it('writes a fleet whose peak asks for more database than there is', async () => {
    const models = ['bedrock:amazon.nova-lite-v1:0'];
    const network = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
    const large = scaled({ models, network, traffic: { requestsPerSecond: 3500 } });
    const written = await synth(large, directory);
    expect(written.templates).toEqual(['demo-prod.template.json']);
  });

  it('tells all that is missing to deploy at once, and writes nothing', async () => {
    const issues = await issuesOf({
      models: ['meta-llama/Llama-3.1-8B-Instruct'],
      network: { ingress: 'public' },
      budget: { monthlyUsd: 100, failSynthOverUsd: 100 },
    });
    expect(issues.map((issue) => issue.rule)).toEqual([
      'domain-needed',
      'certificate-needed',
      'gated-model',
      'bill-over-limit',
    ]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('refuses a budget in a region whose CloudFormation has none, and goes on without it', async () => {
    const [issue, ...others] = await issuesOf({ region: 'eu-north-1', budget: { monthlyUsd: 2000 } });
    expect(others).toEqual([]);
    expect(issue).toEqual({
      path: 'budget',
      rule: 'budget-region',
      message:
        'CloudFormation in eu-north-1 has no budgets. Remove `budget` and make the same one from outside, where budgets belong to the account and not to a region: docs/aws.md has the command',
    });
    await synth(planned({ region: 'eu-north-1' }), directory);
    expect(readdirSync(directory)).toContain('demo-prod.template.json');
  });

  it('stops when the expected bill is over the limit, naming the largest lines', async () => {
    const [issue] = await issuesOf({ budget: { monthlyUsd: 500, failSynthOverUsd: 500 } });
    expect(issue?.path).toBe('budget.failSynthOverUsd');
    expect(issue?.message).toMatch(
      /^the expected bill of 1\d{3} USD a month is over 500: the largest lines are g6e\.xlarge .* 1359, /,
    );
  });

  it('stops when a price is not known, since the bill may then be over the limit', async () => {
    const [issue, ...others] = await issuesOf({
      models: ['Qwen/Qwen3-8B', { source: 'bedrock:nope-x.y' }],
      budget: { monthlyUsd: 5000, failSynthOverUsd: 5000 },
    });
    expect(others).toEqual([]);
    expect(issue?.rule).toBe('bill-not-known');
    expect(issue?.message).toMatch(
      /^the expected bill is at least 1\d{3} USD a month, and \d of its prices (is|are) not known \(.+\)/,
    );
    expect(issue?.message).toContain('over 5000: give them with --prices, or remove the limit');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('lets a bill below the limit through', async () => {
    await synth(planned({ budget: { monthlyUsd: 500, failSynthOverUsd: 5000 } }), directory);
    expect(readdirSync(directory)).toContain('demo-prod.template.json');
  });
});
