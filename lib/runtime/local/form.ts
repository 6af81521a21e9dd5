import type { ModelDecision, SingleServerPlan } from '../../plan/plan';
import { engineName } from '../layout';
import type { LlamaEngine } from './llama/engine';
import { withLlama } from './llama/plan';
import { withSimulatedCloud } from './simulated-cloud';

/** What answers behind the gateway on a machine of your own. */
export type LocalForm = (
  | { engine: 'simulated' }
  | {
      engine: 'vllm';
      /** Folder of the host that holds the weights; absent: they come from the hub. */
      weights?: string;
    }
  | {
      engine: 'llama.cpp';
      /** For each model, or version of one, by its engine's name. */
      engines: Record<string, LlamaEngine>;
    }
) & {
  /** Prometheus and Grafana beside the stack. */
  monitoring?: boolean;
};

/** More would only fill a laptop's memory: a worker takes about 400 MB (LiteLLM 1.106.2). */
const workersWithoutGpu = 2;
/** What the plan gives an embedded cache. */
const cacheMiB = 512;

/**
 * The plan with what only a cloud has replaced: managed data services by containers, and no balancer in front,
 * so that no client can choose the address that it is known by.
 */
export function localPlan(asked: SingleServerPlan, form: LocalForm): SingleServerPlan {
  const plan = inPlaceOfVllm(asked, form);
  const { database, cache, gateway, entry } = plan.decisions;
  const { jwt: _, ...withoutTokens } = entry;
  const { guardrail: __, ...unfiltered } = gateway;
  return {
    ...plan,
    decisions: {
      ...plan.decisions,
      database: { ...database, postgres: 'embedded' },
      cache: cache.valkey === 'managed' ? { ...cache, valkey: 'embedded', memoryMiB: cacheMiB } : cache,
      entry: { ...withoutTokens, ingress: 'tunnel', tls: 'none' },
      gateway:
        form.engine === 'vllm'
          ? unfiltered
          : { ...unfiltered, workers: Math.min(gateway.workers, workersWithoutGpu) },
    },
  };
}

function inPlaceOfVllm(plan: SingleServerPlan, form: LocalForm): SingleServerPlan {
  switch (form.engine) {
    case 'vllm':
      return plan;
    case 'simulated':
      return withSimulatedCloud(plan);
    case 'llama.cpp':
      return withLlama(plan, form);
  }
}

/** The hub asks for a token: the model is gated, or the plan names a secret with one. */
export function needsHubToken(plan: SingleServerPlan, form: LocalForm): boolean {
  if (form.engine !== 'vllm' || form.weights !== undefined) return false;
  const { models, modelStore } = plan.decisions;
  return models.some(({ gated }) => gated) || modelStore.hubTokenSecret !== undefined;
}

/** Folder of one engine's weights on the host: the given one, or one below it for each of several engines. */
export function weightsFolder(plan: SingleServerPlan, model: ModelDecision, folder: string): string {
  return plan.decisions.models.length === 1 ? folder : `${folder}/${engineName(model)}`;
}
