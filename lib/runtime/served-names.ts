import type { Plan } from '../plan/plan';

/** What clients send as `model`, and who answers to it. */
export interface ServedName {
  name: string;
  task: 'chat' | 'completion' | 'embedding';
  by: 'engine' | 'adapter' | 'cloud';
}

/** Every name of the plan once: versions of a model share theirs. Aliases and the automatic router lead to these. */
export function servedNames(plan: Plan): ServedName[] {
  const { models, managedModels } = plan.decisions;
  const all = [
    ...models.map(({ name, task }): ServedName => ({ name, task, by: 'engine' })),
    ...models.flatMap(({ adapters, task }) =>
      adapters.map(({ name }): ServedName => ({ name, task, by: 'adapter' })),
    ),
    ...managedModels.map(({ name, task }): ServedName => ({ name, task, by: 'cloud' })),
  ];
  return [...new Map(all.map((served) => [served.name, served])).values()];
}
