import { basename } from 'node:path';
import { localImages } from '../../../catalog/images';
import { mirrored } from '../../../plan/images';
import type { SingleServerPlan } from '../../../plan/plan';
import { literal } from '../../compose-engine';
import { enterMount, mount, withSecrets } from '../../compose-mounts';
import { type EngineService, engineName, enginePort } from '../../layout';
import type { LocalForm } from '../form';
import { localSecrets } from '../mounts';
import { llamaCommand, weightsTarget } from './command';
import type { LlamaEngine } from './engine';

export type LlamaForm = LocalForm & { engine: 'llama.cpp' };

/** The server of a model, or of one version of it. */
export function llamaEngine(form: LlamaForm, model: Parameters<typeof engineName>[0]): LlamaEngine {
  const engine = form.engines[engineName(model)];
  if (engine === undefined) throw new Error(`${engineName(model)} has no weights for llama.cpp`);
  return engine;
}

/**
 * Takes the place of a vLLM container: same name, port, key and paths.
 *
 * A stop cuts what it writes, so the gateway stops first: it depends on the engines.
 */
export function llamaService(plan: SingleServerPlan, { model, hostPort }: EngineService, form: LlamaForm) {
  const { timeouts } = plan.decisions;
  const engine = llamaEngine(form, model);
  const limit = `${engine.memoryLimitMiB}m`;
  return {
    image: mirrored(localImages.llamaCpp.reference, plan.spec),
    cap_drop: ['ALL'],
    entrypoint: [...withSecrets, '/app/llama-server'],
    command: llamaCommand(model, engine, timeouts).map(literal),
    restart: 'on-failure',
    stop_grace_period: '30s',
    mem_limit: limit,
    // no swap: an engine that swaps answers nobody in time
    memswap_limit: limit,
    volumes: [
      enterMount,
      localSecrets('engine.env'),
      ...engine.files.map((file) => mount(literal(file), `${weightsTarget}/${basename(file)}`, 'read-only')),
    ],
    ports: [`127.0.0.1:${hostPort}:${enginePort}`],
    healthcheck: {
      // the image has no Python
      test: ['CMD', 'curl', '--fail', '--silent', '--noproxy', '*', '--max-time', '8', healthUrl],
      interval: '15s',
      timeout: '10s',
      retries: 4,
      // 503 while the weights load
      start_period: `${timeouts.loadSeconds}s`,
    },
  };
}

const healthUrl = `http://127.0.0.1:${enginePort}/health`;
