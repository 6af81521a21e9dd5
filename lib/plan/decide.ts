import { issuesError } from '../errors';
import { formOf } from '../spec/form';
import type { ParsedSpec } from '../spec/parse';
import { planIssues } from './checks';
import { enginesOf } from './engines';
import { managedModels } from './managed';
import { modelDemands, totalDemand } from './model-loads';
import type { Plan } from './plan';
import { decideScaled } from './scaled';
import { decideSingleServer } from './single-server';

const architectures = { 'single-server': decideSingleServer, scaled: decideScaled };

/** Turns a parsed spec into a plan: every decision made, each with its reason. Throws a UserError when no machine will do. */
export function decide({ spec, warnings }: ParsedSpec): Plan {
  const demands = modelDemands(spec);
  const engines = enginesOf(spec, demands);
  const issues = planIssues(spec, engines);
  if (issues.length > 0) throw issuesError(issues);
  const asked = {
    spec,
    demands,
    load: totalDemand(spec, demands),
    engines,
    managed: managedModels(spec, demands),
  };
  const { decisions, warnings: found } = architectures[formOf(spec).form](asked);
  return { version: 1, spec, decisions, warnings: [...warnings, ...found] };
}
