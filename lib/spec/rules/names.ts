import type { Path } from '../path-issue';
import { taskOf } from '../task';
import type { Spec } from '../types';
import { isManaged } from '../variants';
import { code, shown } from '../words';
import { type Finding, finding, rule } from './rule';

type Models = Spec['models'];

/** Everything that clients can write as `model`, and the engines' own names: each once. */
export const uniqueNames = rule('unique-names', ['models', 'gateway'], ({ models, gateway }) => {
  const found: Finding[] = [];
  const claims = () => {
    const seen = new Map<string, string>();
    return (name: string, at: Path, what: string, key = name) => {
      const first = seen.get(key);
      if (first === undefined) seen.set(key, what);
      else found.push(finding(at, `${shown(name)} is the name of ${first} already: choose another`));
    };
  };
  const client = claims();
  const engine = claims();
  const { degradedAnswer, autoRouter } = gateway;
  // the gateway's own name for it, in its list of models and in answers
  if (degradedAnswer !== undefined)
    client('degraded-answer', ['gateway', 'degradedAnswer'], 'the degraded answer');
  for (const [index, { name, versions }] of models.entries()) {
    const at = ['models', index];
    client(name, [...at, 'name'], 'a model');
    if (versions === undefined && !isManaged(models[index] as Models[number])) {
      engine(name, [...at, 'name'], 'an engine (`_` counts as `-`)', engineKey(name));
    }
    for (const [position, version] of (versions ?? []).entries()) {
      const own = `${name}-${version.name}`;
      engine(own, [...at, 'versions', position, 'name'], 'an engine (`_` counts as `-`)', engineKey(own));
    }
  }
  for (const [index, { adapters }] of models.entries()) {
    for (const [position, { name }] of (adapters ?? []).entries()) {
      client(name, ['models', index, 'adapters', position, 'name'], 'an adapter');
    }
  }
  if (autoRouter) client(autoRouter.name, ['gateway', 'autoRouter', 'name'], 'the automatic router');
  // a name that clients cannot tell apart is said once
  return found.filter(({ at }, index) => found.findIndex((other) => same(other.at, at)) === index);
});

const same = (a: Path, b: Path) => a.join() === b.join();

/** Containers and folders of engines have no `_`. */
const engineKey = (name: string) => name.replace(/[^a-z0-9.]+/g, '-').replace(/^-+|-+$/g, '');

/** Texts that LiteLLM would take for something else: a variable of its container, or an error to raise (1.106.2). */
export const answerInWords = rule('answer-in-words', ['gateway'], ({ gateway: { degradedAnswer } }) => {
  const form = /^\s*(os\.environ\/|litellm\.|Exception:)/.exec(degradedAnswer ?? '')?.[1];
  if (form === undefined) return [];
  const why = `begins with ${shown(form)}, which the gateway does not read as words: begin with another word`;
  return [finding(['gateway', 'degradedAnswer'], why)];
});

/** Aliases and routes lead to what is there. */
export const knownModelName = rule('known-model-name', ['models', 'gateway'], ({ models, gateway }) => {
  const names = models.map((model) => model.name);
  const adapters = models.flatMap((model) => (model.adapters ?? []).map(({ name }) => name));
  const unknown = (at: Path, target: string): Finding[] =>
    names.includes(target)
      ? []
      : [
          finding(
            at,
            `names the model ${shown(target)}; the models are ${code(names).join(', ')}: write one of them`,
          ),
        ];
  const taken = new Set([
    ...names,
    ...adapters,
    ...(gateway.autoRouter ? [gateway.autoRouter.name] : []),
    ...(gateway.degradedAnswer === undefined ? [] : ['degraded-answer']),
  ]);
  const aliases = Object.entries(gateway.aliases).flatMap(([alias, target]): Finding[] => {
    const at = ['gateway', 'aliases', alias];
    if (taken.has(alias)) {
      return [finding(at, `${shown(alias)} is the name of a model already: choose another alias`)];
    }
    return adapters.includes(target) ? [] : unknown(at, target);
  });
  return [
    ...aliases,
    ...routerFindings(models, gateway.autoRouter, unknown),
    ...models.flatMap(({ fallbacks }, index) =>
      (fallbacks ?? []).flatMap((target, position) =>
        unknown(['models', index, 'fallbacks', position], target),
      ),
    ),
  ];
});

function routerFindings(
  models: Models,
  router: Spec['gateway']['autoRouter'],
  unknown: (at: Path, target: string) => Finding[],
): Finding[] {
  if (router === undefined) return [];
  const at = ['gateway', 'autoRouter'];
  const found = (['simple', 'complex'] as const).flatMap((field) => {
    const target = models.find(({ name }) => name === router[field]);
    if (target === undefined) return unknown([...at, field], router[field]);
    const task = taskOf(target);
    return task === 'chat'
      ? []
      : [finding([...at, field], `${target.name} serves ${task}: the router sends chats, name a chat model`)];
  });
  if (router.simple === router.complex) {
    found.push(
      finding(
        [...at, 'complex'],
        `is ${shown(router.complex)} as \`simple\` is: name two models, or remove the router`,
      ),
    );
  }
  return found;
}

/** A fallback answers the same kind of request, and the chain ends. */
export const fallbackChains = rule('known-model-name', ['models'], ({ models }) => {
  const byName = new Map(models.map((model) => [model.name, model]));
  return models.flatMap((model, index) =>
    (model.fallbacks ?? []).flatMap((target, position): Finding[] => {
      const at = ['models', index, 'fallbacks', position];
      const other = byName.get(target);
      if (other === undefined) return [];
      if (model.fallbacks?.indexOf(target) !== position) {
        return [finding(at, `${shown(target)} is listed twice: remove one`)];
      }
      const way = wayBack(byName, target, model.name);
      if (way !== undefined) {
        return [finding(at, `fallbacks ${[model.name, ...way].join(' -> ')} never end: remove one of them`)];
      }
      const [task, otherTask] = [taskOf(model), taskOf(other)];
      if (task === otherTask) return [];
      return [
        finding(
          at,
          `${target} serves ${otherTask} and ${model.name} ${task}: a fallback serves the same task`,
        ),
      ];
    }),
  );
});

/** The chain of fallbacks that leads from one name to another, both included. */
function wayBack(
  byName: ReadonlyMap<string, Models[number]>,
  from: string,
  to: string,
  passed: readonly string[] = [],
): string[] | undefined {
  if (from === to) return [to];
  if (passed.includes(from)) return undefined;
  for (const next of byName.get(from)?.fallbacks ?? []) {
    const way = wayBack(byName, next, to, [...passed, from]);
    if (way) return [from, ...way];
  }
  return undefined;
}
