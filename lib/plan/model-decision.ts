import { plannedAdapterRank } from '../sizing/adapters';
import type { Candidate } from '../sizing/choose';
import type { Engine } from './engines';
import { modelLoad } from './model-loads';
import type { AdapterDecision, EngineForm, ModelDecision } from './plan';

/** Tokens that the engine guesses at once: the number of vLLM's own n-gram examples (docs, 2026-11). */
const guessedTokens = 5;
const secondsPerMonth = 730 * 3600;

/** An engine and the form in which the machine runs it. `usdPerMonth`: its share of the machine. */
export function modelDecision(engine: Engine, best: Candidate, usdPerMonth: number): ModelDecision {
  const { variant, shape, load } = engine;
  const { model, source } = variant;
  const form = engineForm(best);
  const adapters = (model.adapters ?? []).map(adapterDecision);
  return {
    name: model.name,
    ...(variant.version !== undefined && {
      version: variant.version,
      weightPercent: variant.weightPercent,
    }),
    source,
    origin: originOf(source),
    revision: variant.revision ?? 'main',
    gated: shape.gated,
    task: shape.task,
    engine: model.engine,
    copies: form.copies,
    tensorParallel: form.tensorParallel,
    quantization: form.quantization,
    dtype: form.dtype,
    kvCacheDtype: model.kvCacheDtype,
    maxContext: engine.maxContext,
    maxSequences: form.maxSequences,
    maxBatchedTokens: form.maxBatchedTokens,
    maxQueuedRequests: form.maxQueuedRequests,
    gpuMemoryUtilization: form.gpuMemoryUtilization,
    prefixCaching: model.prefixCaching && !isEncoder(shape),
    engineArgs: model.engineArgs,
    rateLimit: model.rateLimit,
    weightsGiB: shape.weightsGiB,
    adapters,
    ...(adapters.length > 0 && { adapterRank: plannedAdapterRank }),
    ...(model.draftModel === 'ngram' && { speculation: { method: 'ngram', tokens: guessedTokens } as const }),
    load: modelLoad(load),
    usdPerMillionTokens: charge(engine, best, usdPerMonth),
    expected: form.expected,
    because: [
      `${best.memory.because}; ${engine.maxContext} tokens of context${model.maxContext === undefined ? ` (a power of two, at least four mean requests and 8,192, at most the model's ${shape.maxContext})` : ' as written'}`,
      ...(adapters.length > 0
        ? [
            `memory is kept for ${adapters.length} adapter${adapters.length === 1 ? '' : 's'} of rank ${plannedAdapterRank} or less; that they slow the engine is not modelled`,
          ]
        : []),
      ...(model.draftModel === 'ngram'
        ? [
            'tokens guessed from the prompt are sized as if they gave nothing, since their hits depend on the texts',
          ]
        : []),
      ...(model.prefixCaching && isEncoder(shape)
        ? ['an encoder keeps no cache of keys and values, so no prefix is reused']
        : []),
      ...(engine.spare
        ? ['nothing is planned for it, so it has one engine and is charged at its capacity']
        : []),
    ].join('; '),
  };
}

/** BERT and its kin: each token looks at all others, so the catalogue gives them no cache. */
function isEncoder({ task, kvBytesPerTokenBf16 }: Engine['shape']): boolean {
  return task === 'embedding' && kvBytesPerTokenBf16 === 0;
}

/** The engine as this candidate's machine runs it. */
export function engineForm(best: Candidate): EngineForm {
  const { memory, speed } = best;
  return {
    copies: best.copiesPerMachine,
    tensorParallel: best.tensorParallel,
    quantization: best.quantization,
    dtype: best.dtype,
    maxSequences: best.maxSequences,
    maxBatchedTokens: best.maxBatchedTokens,
    maxQueuedRequests: 2 * best.maxSequences,
    gpuMemoryUtilization: best.gpuMemoryUtilization,
    expected: {
      weightsGiBPerGpu: memory.weightsGiBPerGpu,
      kvCacheTokens: memory.kvCacheTokens,
      sequencesInFlight: speed.sequencesInFlight,
      requestsPerSecondCapacity: speed.requestsPerSecondCapacity,
      outputTokensPerSecond: speed.outputTokensPerSecond,
      ttftMs: speed.ttftMs,
      interTokenMs: speed.interTokenMs,
    },
  };
}

export function originOf(source: string): 'hub' | 'bucket' {
  return source.startsWith('s3://') ? 'bucket' : 'hub';
}

function adapterDecision(adapter: { name: string; source: string; revision?: string }): AdapterDecision {
  const { name, source, revision } = adapter;
  return { name, source, origin: originOf(source), revision: revision ?? 'main' };
}

/** USD per million tokens at the planned load; of a model without load at what it can do. */
function charge({ load }: Engine, { speed }: Candidate, usdPerMonth: number): number {
  const requests = load.requestsPerMonth || speed.requestsPerSecondCapacity * secondsPerMonth;
  const tokens = requests * (load.inputTokens + load.outputTokens);
  // three significant digits: a charge of 0.0123 stays one
  return Number(((usdPerMonth / tokens) * 1e6).toPrecision(3));
}
