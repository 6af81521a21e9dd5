import type { ManagedModelDecision, ModelDecision, SingleServerPlan } from '../../plan/plan';

/** Pace of a model that the cloud runs, which nobody promises: that of a mid-sized one in public benchmarks, 2026. */
const cloudPace = { ttftMs: 600, interTokenMs: 12 };
/** More than a laptop's users send at once. */
const cloudSequences = 256;
/** Where the cloud's own limit is not known. */
const cloudContext = 128_000;

/** The models of the cloud as engines among the others, so that no request leaves the machine or costs money. */
export function withSimulatedCloud(plan: SingleServerPlan): SingleServerPlan {
  const { models, managedModels, machine } = plan.decisions;
  const [pattern] = models;
  if (managedModels.length === 0 || pattern === undefined) return plan;
  const simulated = managedModels.map((model) => asEngine(model, pattern));
  return {
    ...plan,
    decisions: {
      ...plan.decisions,
      models: [...models, ...simulated],
      managedModels: [],
      // a simulated engine needs none; the plan is only asked whether there are enough
      machine: { ...machine, gpuCount: machine.gpuCount + simulated.length },
    },
  };
}

function asEngine(managed: ManagedModelDecision, pattern: ModelDecision): ModelDecision {
  const { version: _, weightPercent: __, speculation: ___, ...rest } = pattern;
  return {
    ...rest,
    name: managed.name,
    source: managed.modelId,
    task: managed.task,
    copies: 1,
    tensorParallel: 1,
    maxContext: managed.maxContext ?? cloudContext,
    maxSequences: cloudSequences,
    maxQueuedRequests: 2 * cloudSequences,
    rateLimit: managed.rateLimit,
    adapters: [],
    load: managed.load,
    usdPerMillionTokens: meanPrice(managed),
    expected: {
      ...pattern.expected,
      ...cloudPace,
      sequencesInFlight: cloudSequences,
      kvCacheTokens: cloudSequences * (managed.maxContext ?? cloudContext),
    },
    because: 'stands for a model of the cloud',
  };
}

/** An engine of the plan has one price; of a planned request both give the same sum. */
function meanPrice(managed: ManagedModelDecision): number {
  const { inputTokens, outputTokens } = managed.load;
  const input = managed.usdPerMillionInputTokens ?? 0;
  const output = managed.usdPerMillionOutputTokens ?? 0;
  return (input * inputTokens + output * outputTokens) / Math.max(1, inputTokens + outputTokens);
}
