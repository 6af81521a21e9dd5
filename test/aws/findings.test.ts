import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { synthesizeAws } from '../../lib/aws/app';
import { refuseFindings } from '../../lib/aws/findings';
import { isUserError } from '../../lib/errors';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { planOf } from './plan-fixture';

const folder = mkdtempSync(join(tmpdir(), 'aws-findings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const thrown = async (work: () => unknown): Promise<Error> => {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

const plan = planOf('written');
const { images, security } = plan.spec;
/** The plan with another machine image; `spec` says whether the user wrote it. */
const withImage = (imageId: string, spec: SingleServerPlan['spec']): SingleServerPlan => ({
  ...plan,
  spec,
  decisions: { ...plan.decisions, machine: { ...plan.decisions.machine, imageId } },
});

describe('a template that CloudFormation would refuse', () => {
  const outdir = join(folder, 'refused');

  it('is the mistake of a user who wrote the refused text, told at its place in the spec', async () => {
    const wrong = withImage('image-7', { ...plan.spec, images: { ...images, machine: 'image-7' } });
    const error = await thrown(() => synthesizeAws(wrong, { outdir }));
    expect(isUserError(error)).toBe(true);
    expect(error.message).toMatch(
      /^1 problem in the spec\n {2}images\.machine\n {4}stands in the template and CloudFormation would refuse it: chat-dev\/Llm\/Server\/LaunchTemplate\/Resource \(\w+\) LaunchTemplateData\.ImageId: 'image-7' does not match format 'AWS::EC2::Image\.Id' \[CloudFormation Validate E1152\]; correct it \[refused-by-cloudformation\]$/,
    );
  });

  it('is a defect of ours when nothing in the spec says the refused text', async () => {
    const error = await thrown(() => refuseFindings(withImage('image-7', plan.spec), outdir));
    expect(isUserError(error)).toBe(false);
    expect(error.message).toMatch(
      /^CloudFormation would refuse the template, and no field of the spec mends it:\n {2}chat-dev\/Llm\/Server\/LaunchTemplate\/Resource \(\w+\) LaunchTemplateData\.ImageId: 'image-7'/,
    );
  });
});

/** A report as CDK writes it, with the template that it speaks of. */
function reported(violations: { value?: string; severity?: string; description: string }[]): () => void {
  const Resources = Object.fromEntries(
    violations.map(({ value }, index) => [`Part${index}`, { Properties: { List: [{ Text: value }] } }]),
  );
  writeFileSync(join(folder, 'a.template.json'), JSON.stringify({ Resources }));
  const written = violations.map(({ value, ...violation }, index) => ({
    ruleName: 'E1',
    ...violation,
    violatingConstructs: value === undefined ? [] : [constructOf(index)],
  }));
  const report = { pluginReports: [{ pluginName: 'Checks', violations: written }] };
  writeFileSync(join(folder, 'validation-report.json'), JSON.stringify(report));
  return () => refuseFindings(plan, folder);
}

const constructOf = (index: number) => ({
  constructPath: 'a/part',
  cloudFormationResource: {
    templatePath: 'a.template.json',
    logicalId: `Part${index}`,
    propertyPaths: ['Properties.List.0.Text'],
  },
});

describe('findings of the checks', () => {
  it('are all told at once, each at its place', async () => {
    const error = await thrown(
      reported([
        { value: security.encryptionKey as string, severity: 'error', description: 'bad key' },
        { value: 'eu-central-1b', severity: 'fatal', description: 'bad zone' },
      ]),
    );
    expect(error.message).toContain('2 problems in the spec\n  security.encryptionKey\n');
    expect(error.message).toContain('\n  network.zones[1]\n');
    expect(error.message).toContain('a/part (Part1) bad zone [Checks E1]');
  });

  it('are ours as soon as one of them is', async () => {
    const error = await thrown(
      reported([
        { value: 'eu-central-1b', severity: 'error', description: 'bad zone' },
        { severity: 'error', description: 'too many resources' },
      ]),
    );
    expect(isUserError(error)).toBe(false);
    expect(error.message).toContain('a/part (Part0) bad zone [Checks E1]\n  too many resources [Checks E1]');
  });

  it('that only warn stop nothing, nor does a user who switched the checks off', () => {
    expect(reported([{ value: 'eu-central-1b', severity: 'warning', description: 'hm' }])).not.toThrow();
    expect(() => refuseFindings(plan, join(folder, 'nowhere'))).not.toThrow();
  });
});
