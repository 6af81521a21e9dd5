import { findEngineFlag } from '../catalog/engine-flags';
import type { ModelDecision, TimeoutsDecision } from '../plan/plan';
import { enginePort } from './layout';

/** Where the engine finds an adapter, by its place in the model's list. */
export const adapterTarget = (place: number) => `/adapters/${place}`;

/** Longest run of tokens that is looked up in the prompt: as in vLLM's own example of n-gram speculation. */
const lookedUpTokens = 4;

type FlagValue = string | number | true | readonly string[];

interface DerivedFlag {
  /** The spec or plan field that decides the value. */
  from: string;
  /** Absent for this model: undefined. */
  value: (model: ModelDecision, timeouts: TimeoutsDecision) => FlagValue | undefined;
}

/**
 * Flags of `vllm serve` 0.33.0 that the plan derives; `engineArgs` may hold none of them.
 *
 * `--quantization` only where the engine converts at load: for `awq` and `gptq` it reads the checkpoint and
 * then picks its fast kernel, which the flag would switch off.
 */
export const derivedFlags = {
  '--served-model-name': { from: 'models[].name', value: (model) => model.name },
  '--host': { from: 'fixed', value: () => '0.0.0.0' },
  '--port': { from: 'fixed', value: () => enginePort },
  '--runner': {
    from: 'models[].task',
    value: (model) => (model.task === 'embedding' ? 'pooling' : 'generate'),
  },
  '--dtype': { from: 'models[].gpu', value: (model) => model.dtype },
  '--quantization': {
    from: 'models[].quantization',
    value: (model) => (model.quantization === 'fp8' ? 'fp8' : undefined),
  },
  '--kv-cache-dtype': { from: 'models[].kvCacheDtype', value: (model) => model.kvCacheDtype },
  '--tensor-parallel-size': { from: 'models[].tensorParallel', value: (model) => model.tensorParallel },
  '--max-model-len': { from: 'models[].maxContext', value: (model) => model.maxContext },
  '--gpu-memory-utilization': {
    from: 'models[].gpuMemoryUtilization',
    value: (model) => model.gpuMemoryUtilization,
  },
  '--max-num-seqs': { from: 'models[].maxSequences', value: (model) => model.maxSequences },
  '--max-num-batched-tokens': {
    from: 'models[].maxBatchedTokens',
    value: (model) => model.maxBatchedTokens,
  },
  // without it the queue has no end, and a full engine answers nobody in time
  '--max-num-queued-reqs': { from: 'traffic', value: (model) => model.maxQueuedRequests },
  // the engine's default of 0 aborts what is running
  '--shutdown-timeout': {
    from: 'gateway.timeoutSeconds',
    value: (_, timeouts) => timeouts.answerSeconds,
  },
  // of an embedding model the engine knows by pooling and attention whether a prefix may be reused, and
  // asked for by name it does so where results would be wrong (0.33.0 only warns)
  '--enable-prefix-caching': {
    from: 'models[].prefixCaching',
    value: (model) => (model.prefixCaching && model.task !== 'embedding' ? true : undefined),
  },
  '--disable-prefix-caching': {
    from: 'models[].prefixCaching',
    value: (model) => (model.prefixCaching ? undefined : true),
  },
  '--enable-lora': {
    from: 'models[].adapters',
    value: ({ adapters }) => (adapters.length > 0 ? true : undefined),
  },
  // a slot each: the engine never swaps one for another
  '--max-loras': {
    from: 'models[].adapters',
    value: ({ adapters }) => (adapters.length > 0 ? adapters.length : undefined),
  },
  '--max-lora-rank': { from: 'models[].adapters', value: ({ adapterRank }) => adapterRank },
  '--lora-modules': {
    from: 'models[].adapters',
    value: ({ adapters }) =>
      adapters.length > 0 ? adapters.map(({ name }, place) => `${name}=${adapterTarget(place)}`) : undefined,
  },
  '--speculative-config': { from: 'models[].draftModel', value: speculativeConfig },
  '--disable-fastapi-docs': { from: 'fixed', value: () => true },
  '--disable-access-log-for-endpoints': { from: 'fixed', value: () => '/health,/metrics' },
} as const satisfies Record<string, DerivedFlag>;

function speculativeConfig({ speculation }: ModelDecision): string | undefined {
  if (speculation === undefined) return undefined;
  return JSON.stringify({
    method: speculation.method,
    num_speculative_tokens: speculation.tokens,
    prompt_lookup_max: lookedUpTokens,
  });
}

/** Flags that other parts of the bundle decide, closed to `engineArgs` as well. */
export const reservedFlags: Record<string, string> = {
  '--model': 'models[].source',
  '--revision': 'models[].revision',
  '--api-key': 'made at boot',
  '--download-dir': 'modelStore',
};

/** Arguments of `vllm serve`: the folder with the weights, the derived flags, then the user's own. */
export function engineCommand(model: ModelDecision, weights: string, timeouts: TimeoutsDecision): string[] {
  const derived = Object.entries(derivedFlags as Record<string, DerivedFlag>).flatMap(([flag, { value }]) =>
    flagWords(flag, value(model, timeouts)),
  );
  const own = Object.entries(model.engineArgs).flatMap(([name, value]) => ownWords(name, value));
  return [weights, ...derived, ...own];
}

function flagWords(flag: string, value: FlagValue | undefined): string[] {
  if (value === undefined) return [];
  if (value === true) return [flag];
  return typeof value === 'object' ? [flag, ...value] : [flag, String(value)];
}

function ownWords(name: string, value: string | number | boolean): string[] {
  const flag = `--${name}`;
  const taken = (derivedFlags as Record<string, DerivedFlag>)[flag]?.from ?? reservedFlags[flag];
  if (taken !== undefined) throw new Error(`engineArgs.${name} reached the engine: ${taken} decides ${flag}`);
  return value === false ? [opposite(name)] : flagWords(flag, value);
}

/** How vLLM names the opposite of a switch: `--no-x` for some, `--disable-x` for others. */
function opposite(name: string): string {
  const off = findEngineFlag(name)?.opposite ?? null;
  if (off === null) throw new Error(`engineArgs.${name} is false, and vLLM has no switch that says so`);
  return `--${off}`;
}
