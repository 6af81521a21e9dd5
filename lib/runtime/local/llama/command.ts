import { basename } from 'node:path';
import type { ModelDecision, TimeoutsDecision } from '../../../plan/plan';
import { enginePort } from '../../layout';
import type { LlamaEngine } from './engine';

export const weightsTarget = '/weights';

interface Flag {
  value: (model: ModelDecision, engine: LlamaEngine, timeouts: TimeoutsDecision) => string | number | boolean;
}

/**
 * Flags of `llama-server`, build b11312; `false`: left out. What the user writes for vLLM (`engineArgs`) has no
 * meaning here.
 */
export const llamaFlags = {
  '--model': { value: (_, { files }) => `${weightsTarget}/${basename(files[0] as string)}` },
  '--alias': { value: ({ name }) => name },
  '--host': { value: () => '0.0.0.0' },
  '--port': { value: () => enginePort },
  '--ctx-size': { value: (_, { contextTokens, sequences }) => contextTokens * sequences },
  '--parallel': { value: (_, { sequences }) => sequences },
  // a share for each sequence, so that a long one takes nothing from the others
  '--no-kv-unified': { value: () => true },
  '--batch-size': { value: (_, { batchTokens }) => batchTokens },
  '--ubatch-size': { value: (_, { batchTokens }) => batchTokens },
  '--threads': { value: (_, { threads }) => threads },
  '--no-cache-prompt': { value: ({ prefixCaching }) => !prefixCaching },
  // its own 8 GiB are more than many machines have
  '--cache-ram': { value: (_, { promptCacheMiB }) => promptCacheMiB },
  '--ctx-checkpoints': { value: (_, { checkpoints }) => checkpoints },
  '--embeddings': { value: ({ task }) => task === 'embedding' },
  // thoughts stay in the answer's text, as vLLM leaves them
  '--reasoning-format': { value: () => 'none' },
  // the gateway gives up first
  '--timeout': { value: (_, __, { answerSeconds }) => answerSeconds + 60 },
  '--metrics': { value: () => true },
  '--no-slots': { value: () => true },
  '--no-ui': { value: () => true },
  // its own value lets pages of any site ask, with credentials
  '--cors-origins': { value: () => 'localhost' },
  '--offline': { value: () => true },
  // otherwise it may change what was not told to make it fit
  '--fit': { value: () => 'off' },
} as const satisfies Record<string, Flag>;

/** Arguments of `llama-server`; the key comes by `LLAMA_API_KEY`. */
export function llamaCommand(
  model: ModelDecision,
  engine: LlamaEngine,
  timeouts: TimeoutsDecision,
): string[] {
  return Object.entries(llamaFlags as Record<string, Flag>).flatMap(([flag, { value }]) => {
    const given = value(model, engine, timeouts);
    if (given === false) return [];
    return given === true ? [flag] : [flag, String(given)];
  });
}
