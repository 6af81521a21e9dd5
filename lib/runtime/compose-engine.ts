import { enterMount, mount, secretsMount, withSecrets } from './compose-mounts';
import type { Host } from './host';
import { type EngineService, enginePort, modelFolder } from './layout';
import { adapterTarget, engineCommand } from './vllm-command';

/** Tensor parallel workers talk through shared memory; docker's 64 MB end them (vLLM's docker page, 2026-11). */
const sharedMemoryGiB = 16;

/** One vLLM container: its own GPUs, weights read-only, no way to the hub. */
export function engineService(host: Host, engine: EngineService) {
  const { model, gpuIds, hostPort, service, listen = '127.0.0.1' } = engine;
  const { images, timeouts } = host.plan.decisions;
  const weights = '/weights';
  const shmGiB = Math.min(sharedMemoryGiB, Math.floor(host.machine.memoryGiB / 4));
  return {
    image: images.engine,
    entrypoint: [...withSecrets, 'vllm', 'serve'],
    command: engineCommand(model, weights, timeouts).map(literal),
    restart: 'on-failure',
    stop_grace_period: `${timeouts.answerSeconds + 30}s`,
    ...(model.tensorParallel > 1 ? { shm_size: `${shmGiB}gb` } : {}),
    ulimits: { memlock: -1 },
    environment: {
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_OFFLINE: '1',
      VLLM_NO_USAGE_STATS: '1',
      DO_NOT_TRACK: '1',
      VLLM_LOGGING_LEVEL: 'INFO',
      VLLM_HTTP_TIMEOUT_KEEP_ALIVE: String(timeouts.engineKeepAliveSeconds),
      // compiled graphs survive the container and the machine
      VLLM_CACHE_ROOT: '/cache/vllm',
      TRITON_CACHE_DIR: '/cache/triton',
      TORCHINDUCTOR_CACHE_DIR: '/cache/inductor',
      XDG_CACHE_HOME: '/cache',
    },
    volumes: [
      enterMount,
      secretsMount('engine.env'),
      mount(`\${LLM_WEIGHTS}/${modelFolder(model)}`, weights, 'read-only'),
      ...model.adapters.map((adapter, place) =>
        mount(`\${LLM_WEIGHTS}/${modelFolder(adapter)}`, adapterTarget(place), 'read-only'),
      ),
      mount(`\${LLM_DATA}/cache/${service}`, '/cache', 'read-write'),
    ],
    // for health check and signals of the host, and the balancer of a fleet; the containers reach it by name
    ports: [`${listen}:${hostPort}:${enginePort}`],
    deploy: {
      resources: {
        reservations: { devices: [{ driver: 'nvidia', device_ids: gpuIds, capabilities: ['gpu'] }] },
      },
    },
    healthcheck: {
      test: ['CMD', 'python3', '-c', answers(`http://127.0.0.1:${enginePort}/health`)],
      interval: '15s',
      timeout: '10s',
      retries: 4,
      // failures while the weights load do not count
      start_period: `${host.seconds.load}s`,
    },
  };
}

/** Both images have Python and not always curl. */
export const answers = (url: string) =>
  `import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('${url}', timeout=8)`;

/** Compose reads `$` as a variable. */
export const literal = (word: string) => word.replaceAll('$', '$$$$');
