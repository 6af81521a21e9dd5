import { findModel } from '../../catalog/models';
import type { Plan } from '../../plan/plan';
import { answers } from '../compose-engine';
import { enterMount, mount, withSecrets } from '../compose-mounts';
import { type EngineService, enginePort } from '../layout';
import { localSecrets } from './mounts';

const simulatedPrograms = ['simulated_engine.py', 'simulated_pace.py', 'simulated_series.py'];
/** Length of an embedding where the catalogue does not know the model. */
const embeddingWidth = 1024;

/**
 * Takes the place of a vLLM container: same name, port, key, paths and series, at the pace of the plan.
 *
 * It runs in the gateway's image, which has Python, so that nothing else is pulled.
 */
export function simulatedService(plan: Plan, { model, hostPort }: EngineService) {
  const { images, timeouts } = plan.decisions;
  const { expected } = model;
  const options = {
    '--model': model.name,
    '--task': model.task,
    '--ttft-ms': hundredths(expected.ttftMs),
    '--inter-token-ms': hundredths(expected.interTokenMs),
    '--sequences-in-flight': expected.sequencesInFlight,
    '--max-sequences': model.maxSequences,
    '--max-queued-requests': model.maxQueuedRequests,
    '--max-context': model.maxContext,
    '--kv-cache-tokens': expected.kvCacheTokens,
    '--answer-tokens': Math.max(1, Math.round(model.load.outputTokens)),
    '--embedding-width': findModel(model.source)?.hiddenSize ?? embeddingWidth,
    '--keep-alive-seconds': timeouts.engineKeepAliveSeconds,
    '--stop-seconds': timeouts.answerSeconds,
    '--host': '0.0.0.0',
    '--port': enginePort,
  };
  return {
    image: images.gateway,
    cap_drop: ['ALL'],
    entrypoint: [...withSecrets, 'python3', '/llm/simulated_engine.py'],
    command: [
      ...Object.entries(options).flatMap(([name, value]) => [name, String(value)]),
      ...model.adapters.flatMap(({ name }) => ['--adapter', name]),
    ],
    restart: 'on-failure',
    stop_grace_period: `${timeouts.answerSeconds + 30}s`,
    environment: { PYTHONDONTWRITEBYTECODE: '1' },
    volumes: [
      enterMount,
      localSecrets('engine.env'),
      ...simulatedPrograms.map((name) => mount(`./${name}`, `/llm/${name}`, 'read-only')),
    ],
    ports: [`127.0.0.1:${hostPort}:${enginePort}`],
    healthcheck: {
      test: ['CMD', 'python3', '-c', answers(`http://127.0.0.1:${enginePort}/health`)],
      interval: '5s',
      timeout: '10s',
      retries: 4,
      start_period: '30s',
    },
  };
}

const hundredths = (value: number) => Number(value.toFixed(2));
