import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Issue, issuesError } from '../errors';
import type { Plan } from '../plan/plan';

/** The parts of `validation-report.json` that are read here. */
interface Report {
  pluginReports: { pluginName: string; violations: Violation[] }[];
}

interface Violation {
  ruleName: string;
  description: string;
  severity?: string;
  violatingConstructs: { constructPath?: string; cloudFormationResource?: Place }[];
}

interface Place {
  templatePath?: string;
  logicalId?: string;
  /** `Properties.LaunchTemplateData.ImageId` */
  propertyPaths?: string[];
}

/**
 * Throws when checks of the synthesized templates found errors.
 *
 * A UserError when each of them is about text that stands in the spec, at its place there; otherwise an Error, because
 * a plan that we made must pass.
 */
export function refuseFindings(plan: Plan, folder: string): void {
  const found = findings(folder);
  if (found.length === 0) return;
  const issues = found.flatMap((finding): Issue[] => {
    const path = placeOf(finding.value, plan.spec);
    if (path === undefined) return [];
    return [
      {
        path,
        rule: 'refused-by-cloudformation',
        message: `stands in the template and CloudFormation would refuse it: ${finding.says}; correct it`,
      },
    ];
  });
  if (issues.length === found.length) throw issuesError(issues);
  const lines = found.map(({ says }) => `  ${says}`);
  throw new Error(
    `CloudFormation would refuse the template, and no field of the spec mends it:\n${lines.join('\n')}`,
  );
}

interface Finding {
  says: string;
  /** What stands in the template at the place of the finding. */
  value: unknown;
}

function findings(folder: string): Finding[] {
  const file = join(folder, 'validation-report.json');
  // the user may switch the checks off: CDK_VALIDATION=false
  if (!existsSync(file)) return [];
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  return report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations
      .filter(({ severity }) => severity === undefined || severity === 'error' || severity === 'fatal')
      .map((violation) => finding(folder, pluginName, violation)),
  );
}

function finding(
  folder: string,
  plugin: string,
  { ruleName, description, ...violation }: Violation,
): Finding {
  const [construct] = violation.violatingConstructs;
  const place = construct?.cloudFormationResource;
  const where = [construct?.constructPath, place?.logicalId && `(${place.logicalId})`];
  return {
    says: `${where.filter(Boolean).join(' ')} ${description} [${plugin} ${ruleName}]`.trim(),
    value: valueAt(folder, place),
  };
}

function valueAt(folder: string, place: Place | undefined): unknown {
  const { templatePath, logicalId, propertyPaths } = place ?? {};
  if (templatePath === undefined || logicalId === undefined || propertyPaths?.[0] === undefined)
    return undefined;
  const { Resources } = JSON.parse(readFileSync(join(folder, templatePath), 'utf8'));
  return propertyPaths[0]
    .split('.')
    .reduce((at: unknown, part) => (at as Record<string, unknown> | undefined)?.[part], Resources[logicalId]);
}

/** Where a text stands in the spec, such as `network.zones[0]`. */
function placeOf(text: unknown, spec: unknown, path = ''): string | undefined {
  if (typeof text !== 'string') return undefined;
  if (spec === text) return path;
  if (typeof spec !== 'object' || spec === null) return undefined;
  for (const [key, value] of Object.entries(spec)) {
    const part = Array.isArray(spec) ? `[${key}]` : `${path && '.'}${key}`;
    const found = placeOf(text, value, `${path}${part}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
