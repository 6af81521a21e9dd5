import type { SingleServerPlan } from '../../../plan/plan';
import { type LlamaForm, llamaEngine } from './service';

/** One server a model, with the sequences that the machine holds. */
export function withLlama(plan: SingleServerPlan, form: LlamaForm): SingleServerPlan {
  const { models, timeouts, machine } = plan.decisions;
  const here = models.map((model) => {
    const { sequences, contextTokens } = llamaEngine(form, model);
    const { speculation: _, ...rest } = model;
    return {
      ...rest,
      copies: 1,
      tensorParallel: 1,
      engineArgs: {},
      maxSequences: sequences,
      expected: {
        ...model.expected,
        sequencesInFlight: sequences,
        kvCacheTokens: sequences * contextTokens,
      },
    };
  });
  return {
    ...plan,
    decisions: {
      ...plan.decisions,
      models: here,
      // nothing comes before the first token, for which a long prompt takes minutes here, and a queue longer
      timeouts: { ...timeouts, streamSilenceSeconds: timeouts.answerSeconds },
      // no engine asks for one; the plan is only asked whether there are enough
      machine: { ...machine, gpuCount: Math.max(machine.gpuCount, here.length) },
    },
  };
}
