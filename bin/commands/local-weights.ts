import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { issuesError, UserError } from '../../lib/errors';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { weightsFolder } from '../../lib/runtime/local/form';
import { allVariants } from '../../lib/spec/variants';
import { pathText } from '../../lib/spec/words';

/** Weights or a LoRA adapter, and where a folder of weights has it. */
interface Source {
  /** Place in the spec. */
  path: string;
  source: string;
  origin: 'hub' | 'bucket';
  folder: string;
  /** What vLLM reads first there. */
  file: string;
}

function sourcesOf(plan: SingleServerPlan, weights: string): Source[] {
  const places = allVariants(plan.spec.models).map(({ at }) => at);
  const all = plan.decisions.models.flatMap((model, index): Source[] => {
    const { source, origin, adapters } = model;
    const at = places[index] ?? [];
    return [
      {
        path: pathText([...at, 'source']),
        source,
        origin,
        folder: weightsFolder(plan, model, weights),
        file: 'config.json',
      },
      ...adapters.map((adapter, position) => ({
        path: pathText([...at.slice(0, 2), 'adapters', position, 'source']),
        source: adapter.source,
        origin: adapter.origin,
        folder: `${weights}/adapters/${adapter.name}`,
        file: 'adapter_config.json',
      })),
    ];
  });
  // versions of a model share its adapters
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
}

/** Refuses a folder that lacks what an engine would read; all at once. */
export function refuseMissingWeights(plan: SingleServerPlan, weights: string): void {
  const missing = sourcesOf(plan, weights).filter(({ folder, file }) => !existsSync(join(folder, file)));
  if (missing.length === 0) return;
  const lines = missing.map(({ folder, file, source }) => `  ${join(folder, file)} of ${source}`);
  throw new UserError(
    `--weights: not there are\n${lines.join('\n')}\nEach stands beside the weight files of its model or adapter: docs/compose.md has the layout.`,
  );
}

/** Refuses what only a cloud machine may read; weights and adapters, each at its place in the spec. */
export function refuseBuckets(plan: SingleServerPlan): void {
  const sources = sourcesOf(plan, 'weights');
  const others = sources.length > 1 ? ' with all others beside it (docs/compose.md has the layout)' : '';
  const issues = sources
    .filter(({ origin }) => origin === 'bucket')
    .map(({ path, source, folder }) => ({
      path,
      rule: 'local-weights',
      message: `${source} is read by a cloud machine with its own identity, which this machine lacks: copy it (aws s3 cp --recursive ${source} ${folder})${others} and give --weights weights, or take --engine simulated`,
    }));
  if (issues.length > 0) throw issuesError(issues);
}
