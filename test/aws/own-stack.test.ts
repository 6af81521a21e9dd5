import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { SingleServer } from '../../lib/aws/single-server';
import { deployments, planOf } from './plan-fixture';

/** In an app of the user without any feature flag, as projects of years ago have it. */
function inOldApp(name: keyof typeof deployments, env?: Environment): string {
  const outdir = mkdtempSync(join(tmpdir(), 'aws-own-'));
  try {
    const app = new App({ outdir, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Mine', env && { env });
    new SingleServer(stack, 'Llm', { plan: planOf(name) });
    app.synth();
    return readFileSync(join(outdir, 'Mine.template.json'), 'utf8');
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

describe("a single server in the user's own stack", () => {
  it.each(Object.keys(deployments) as (keyof typeof deployments)[])('%s: needs no feature flag', (name) => {
    const template = inOldApp(name, { region: 'eu-central-1' });
    expect(template).toContain('AWS::AutoScaling::AutoScalingGroup');
    expect(template).not.toContain('AccessControl');
  });

  it.each(Object.keys(deployments) as (keyof typeof deployments)[])(
    '%s: may leave the region to the deployment',
    (name) => {
      expect(inOldApp(name)).toContain('AWS::AutoScaling::AutoScalingGroup');
    },
  );

  it('logs requests with the writer of the planned region, where the stack names none', () => {
    // 054676820928: Elastic Load Balancing in eu-central-1, by the user guide of its access logs
    expect(inOldApp('public')).toContain(':iam::054676820928:root');
  });
});
