import { piiNeeds } from '../../lib/catalog/images';
import { issuesError, UserError } from '../../lib/errors';
import { resolveModel } from '../../lib/plan/model';
import type { ModelDecision, SingleServerPlan } from '../../lib/plan/plan';
import { engineName } from '../../lib/runtime/layout';
import { weightsFolder } from '../../lib/runtime/local/form';
import type { LlamaEngine } from '../../lib/runtime/local/llama/engine';
import { type ProcessorRequest, processorForms } from '../../lib/sizing/processor';
import { allVariants, type Variant } from '../../lib/spec/variants';
import { pathText } from '../../lib/spec/words';
import { type GgufFiles, modelsIn, openGguf } from './gguf-files';
import { mustServe } from './gguf-model';

export interface LlamaOptions {
  /** `MODEL=FILE`, or a file where there is one model. */
  gguf: readonly string[];
  weights?: string;
  /** Of the machine that will run it. */
  memoryMiB: number;
  threads: number;
  monitoring: boolean;
}

/** A model, its place in the spec and the kind of file that it asks for. */
interface Wanted {
  model: ModelDecision;
  variant: Variant;
  name: string;
  kind: string | undefined;
}

/** What stands beside the engines, in MiB: gateway with two workers, Postgres, docker and the system; the rest where it is. */
const othersMiB = { base: 2048, monitoring: 768 };

/** The servers of a plan with the weights that the user has. Refuses what llama.cpp or the machine cannot do. */
export function llamaEngines(
  plan: SingleServerPlan,
  kinds: ReadonlyMap<string, string>,
  options: LlamaOptions,
): Record<string, LlamaEngine> {
  refuseAdapters(plan);
  const variants = allVariants(plan.spec.models);
  const wanted = plan.decisions.models.map((model, index): Wanted => {
    const variant = variants[index] as Variant;
    const kind =
      kinds.get(pathText([...variant.at, 'quantization'])) ??
      kinds.get(pathText([...variant.at.slice(0, 2), 'quantization']));
    return { model, variant, name: engineName(model), kind };
  });
  const named = namedFiles(wanted, options.gguf);
  const found = wanted.map((one) => {
    const weights = openGguf(named.get(one.name) ?? fileIn(plan, one, options.weights));
    const shape = resolveModel(one.variant.model, one.variant.source, Number(one.variant.at[1]));
    mustServe(one, shape, weights);
    return { ...one, weights, shape };
  });
  const machine = {
    memoryMiB: options.memoryMiB,
    othersMiB: others(plan, options.monitoring),
    threads: options.threads,
  };
  const sized = processorForms(
    found.map(({ model, weights, shape }): ProcessorRequest => {
      const { header, bytes } = weights;
      return {
        model: shape,
        weightsBytes: bytes,
        vocabSize: header.vocabSize,
        contextTokens: model.maxContext,
        sequences: model.maxSequences,
        prefixCaching: model.prefixCaching,
        task: model.task,
        readsInSteps: model.task !== 'embedding' || header.pooling === 'last',
      };
    }),
    machine,
  );
  if ('neededMiB' in sized) throw tooLittle(sized.neededMiB, machine.memoryMiB, found);
  return Object.fromEntries(
    found.map(({ name, weights: { files, bytes, header } }, index) => {
      const form = sized.forms[index] as (typeof sized.forms)[number];
      const kind = `${header.name ?? header.architecture}, ${header.kind ?? 'of an unknown kind'}`;
      return [name, { ...form, files, kind, weightsGiB: bytes / 2 ** 30 }];
    }),
  );
}

function refuseAdapters(plan: SingleServerPlan): void {
  const issues = allVariants(plan.spec.models).flatMap(({ model, at }) =>
    (model.adapters ?? []).map((adapter, position) => ({
      path: pathText([...at.slice(0, 2), 'adapters', position]),
      rule: 'llama-adapters',
      message: `${adapter.name}: llama.cpp takes adapters as GGUF files and by number, not under a name of their own: leave it out, or take --engine simulated`,
    })),
  );
  const once = issues.filter(({ path }, index) => issues.findIndex((other) => other.path === path) === index);
  if (once.length > 0) throw issuesError(once);
}

/** `--gguf MODEL=FILE`, each model once. */
function namedFiles(wanted: readonly Wanted[], given: readonly string[]): Map<string, string> {
  const names = wanted.map(({ name }) => name);
  const files = new Map<string, string>();
  for (const text of given) {
    const cut = text.indexOf('=');
    const known = cut > 0 && names.includes(text.slice(0, cut));
    const name = known ? text.slice(0, cut) : names[0];
    if (name === undefined || (!known && names.length > 1))
      throw new UserError(
        `--gguf ${text}: write MODEL=FILE, where MODEL is ${names.map((one) => `\`${one}\``).join(' or ')}.`,
      );
    if (files.has(name)) throw new UserError(`--gguf names ${name} twice: leave one of them out.`);
    files.set(name, known ? text.slice(cut + 1) : text);
  }
  return files;
}

/** The one file of a model in the folder of weights; of several the one of the kind that the spec asks for. */
function fileIn(plan: SingleServerPlan, { model, name, kind }: Wanted, weights: string | undefined): string {
  const several = plan.decisions.models.length > 1 ? `${name}=` : '';
  if (weights === undefined)
    throw new UserError(
      `${name} needs a GGUF file of ${model.source}${kind === undefined ? '' : ` of kind ${kind}`}: give it with --gguf ${several}FILE, or the folder that holds it with --weights. docs/compose.md says where to get one and how to make one.`,
    );
  const folder = weightsFolder(plan, model, weights);
  const files = modelsIn(folder);
  if (files.length === 0)
    throw new UserError(
      `${folder} holds no GGUF file of ${name}: copy it there, or give --gguf ${several}FILE.`,
    );
  const fitting = kind === undefined ? files : files.filter((file) => openGguf(file).header.kind === kind);
  if (fitting.length === 1) return fitting[0] as string;
  throw new UserError(
    `${folder} holds ${fitting.length === 0 ? `no GGUF file of kind ${kind}` : `${fitting.length} GGUF files`} for ${name} (${files.map((file) => file.slice(folder.length + 1)).join(', ')}): choose with --gguf ${several}FILE.`,
  );
}

function others({ decisions: { cache, gateway } }: SingleServerPlan, monitoring: boolean): number {
  return (
    othersMiB.base +
    (cache.valkey === 'none' ? 0 : 512) +
    (gateway.piiMasking === undefined ? 0 : piiNeeds.memoryGiB * 1024) +
    (monitoring ? othersMiB.monitoring : 0)
  );
}

function tooLittle(
  neededMiB: number,
  memoryMiB: number,
  found: readonly { name: string; model: ModelDecision; weights: GgufFiles }[],
): UserError {
  const parts = found.map(
    ({ name, model, weights }) =>
      `${name} has ${(weights.bytes / 2 ** 30).toFixed(1)} GiB of weights and ${model.maxContext} tokens of context`,
  );
  return new UserError(
    `Even one sequence at a time needs ${gib(neededMiB)} GiB with gateway and database, and the machine has ${gib(memoryMiB)}: ${parts.join('; ')}. Take a file of a smaller kind, write a smaller \`maxContext\`, or a smaller model; for another machine than this one give its --memory.`,
  );
}

const gib = (mib: number) => (mib / 1024).toFixed(1);
