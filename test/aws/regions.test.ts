import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib/core';
import { expect, it } from 'vitest';
import { guardrailRegions } from '../../lib/catalog/bedrock';
import { regions } from '../../lib/catalog/regions';
import { regionsWithoutDocuments } from '../../lib/spec/rules/documents';
import { regionsWithoutBudgets } from '../../lib/spec/synth-rules';
import { deployments, planWith } from './plan-fixture';
import { scaledDeployments, scaledPlanOf } from './scaled-fixture';
import { written, writtenOf } from './synthesize';

interface Report {
  pluginReports: { violations: { ruleName: string; description: string }[] }[];
}

/** What CloudFormation Validate says of a type that a region does not have. */
const unknownType = 'F3006';

/** Of bare resources, one stack for each region: the type alone is asked about. */
function missingTypes(types: readonly string[]): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'aws-regions-'));
  try {
    const app = new App({
      outdir,
      analyticsReporting: false,
      postCliContext: {
        '@aws-cdk/core:validateAgainstDefaultRules': true,
        '@aws-cdk/core:failSynthOnValidationErrors': false,
      },
    });
    for (const region of regions('aws')) {
      const stack = new Stack(app, region, { env: { region } });
      for (const [index, type] of types.entries()) new CfnResource(stack, `Part${index}`, { type });
    }
    app.synth();
    const report: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    return report.pluginReports
      .flatMap(({ violations }) => violations)
      .filter(({ ruleName }) => ruleName === unknownType)
      .map(
        ({ description }) => /'(.*)' does not exist in '(.*)'/.exec(description)?.slice(1).join(' ') ?? '',
      );
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

it('every region has every type of resource that is deployed there, but for those that are refused in it', () => {
  const names = Object.keys(deployments) as (keyof typeof deployments)[];
  const scaledNames = Object.keys(scaledDeployments) as (keyof typeof scaledDeployments)[];
  const audited = planWith({ security: { compliance: 'hipaa' } });
  const templates = [
    written(audited),
    ...names.map(writtenOf),
    ...scaledNames.map((name) => written(scaledPlanOf(name))),
  ];
  const all = templates.flatMap(({ resources }) => Object.values(resources).map(({ Type }) => Type));
  expect(all).toContain('AWS::AutoScaling::WarmPool');
  const missing = missingTypes([...new Set(all)]);
  const refused = (one: string) => {
    const [type = '', region = ''] = one.split(' ');
    if (type.startsWith('AWS::DocDB::')) return regionsWithoutDocuments.includes(region);
    return type.startsWith('AWS::Bedrock::Guardrail') && !guardrailRegions.includes(region);
  };
  expect([...new Set(missing)].filter((one) => !refused(one)).sort()).toEqual(
    regionsWithoutBudgets.map((region) => `AWS::Budgets::Budget ${region}`).sort(),
  );
});
