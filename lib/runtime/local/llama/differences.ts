import { basename } from 'node:path';
import type { ModelDecision, SingleServerPlan } from '../../../plan/plan';
import { engineName } from '../../layout';
import { type Difference, gpus, models } from '../difference';
import { type LlamaForm, llamaEngine } from './service';

/** What llama.cpp on processors does otherwise than the planned vLLM on its GPU. */
export function llamaDifferences(plan: SingleServerPlan, form: LlamaForm): Difference[] {
  const { models: planned, machine } = plan.decisions;
  return [
    {
      what: `${machine.instanceType} with ${gpus(plan)}`,
      here: `this machine without a GPU: ${threads(plan, form)} threads, up to ${memoryGiB(plan, form)} GiB of memory for ${models(plan)}; nothing is promised about the speed`,
    },
    ...planned.flatMap((model) => engineDifferences(model, form)),
  ];
}

/** What the folder's README says first. */
export function llamaNeeds(plan: SingleServerPlan, form: LlamaForm): string {
  const files = Object.values(form.engines).flatMap(({ files: all }) => all);
  return `Needs Linux, docker with compose, no GPU, ${memoryGiB(plan, form)} GiB of free memory for the engine and 2 for the rest. llama.cpp reads the weights from ${files.map((file) => `\`${file}\``).join(', ')}: leave ${files.length === 1 ? 'it' : 'them'} there.`;
}

function engineDifferences(model: ModelDecision, form: LlamaForm): Difference[] {
  const engine = llamaEngine(form, model);
  const name = engineName(model);
  const { files, kind, sequences, contextTokens } = engine;
  const args = Object.keys(model.engineArgs);
  const rows: (Difference | false)[] = [
    {
      what: `${name}: ${model.source}`,
      here: `${basename(files[0] as string)}, which says that it is ${kind}, ${engine.weightsGiB.toFixed(1)} GiB`,
    },
    {
      what: `${name}: ${model.maxSequences} sequences at once, ${model.maxQueuedRequests} requests before it answers 503`,
      here: `${sequences} at once with ${contextTokens} tokens each; the others wait without a bound, until the time limit of an answer`,
    },
    model.kvCacheDtype !== 'auto' && {
      what: `${name}: KV cache in ${model.kvCacheDtype}`,
      here: '16 bit, with memory for it',
    },
    model.speculation !== undefined && {
      what: `${name}: ${model.speculation.tokens} tokens guessed from the prompt`,
      here: 'none are guessed: answers are the same, later',
    },
    args.length > 0 && {
      what: `${name}: engineArgs ${args.join(', ')}`,
      here: 'left out: they are flags of vLLM',
    },
  ];
  return rows.filter((row) => row !== false);
}

const engines = (plan: SingleServerPlan, form: LlamaForm) =>
  plan.decisions.models.map((model) => llamaEngine(form, model));

const threads = (plan: SingleServerPlan, form: LlamaForm) =>
  engines(plan, form).reduce((sum, engine) => sum + engine.threads, 0);

const memoryGiB = (plan: SingleServerPlan, form: LlamaForm) =>
  (engines(plan, form).reduce((sum, engine) => sum + engine.memoryLimitMiB, 0) / 1024).toFixed(1);
