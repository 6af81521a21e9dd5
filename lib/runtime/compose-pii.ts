import type { Plan } from '../plan/plan';
import { answers } from './compose-engine';
import { ports } from './layout';

/** Port of both programs in their containers. */
const piiPort = 3000;

/** Refuses at once: nobody listens there. */
const nowhere = 'http://127.0.0.1:9';

/** Names in the compose project, and where the gateway finds them. */
export const piiServices = {
  analyzer: { service: 'pii-analyzer', url: `http://pii-analyzer:${piiPort}`, hostPort: ports.piiAnalyzer },
  anonymizer: {
    service: 'pii-anonymizer',
    url: `http://pii-anonymizer:${piiPort}`,
    hostPort: ports.piiAnonymizer,
  },
} as const;

/** Presidio's two programs; none where nothing is masked. */
export function piiContainers(plan: Plan): Record<string, object> {
  const { piiAnalyzer, piiAnonymizer } = plan.decisions.images;
  if (plan.decisions.gateway.piiMasking === undefined) return {};
  if (piiAnalyzer === undefined || piiAnonymizer === undefined) {
    throw new Error('the plan masks personal data and has no images for it');
  }
  const { analyzer, anonymizer } = piiServices;
  return {
    [analyzer.service]: container(piiAnalyzer, analyzer.hostPort),
    [anonymizer.service]: container(piiAnonymizer, anonymizer.hostPort),
  };
}

function container(image: string, hostPort: number) {
  return {
    image,
    cap_drop: ['ALL'],
    environment: {
      PORT: String(piiPort),
      // nothing leaves: its e-mail recognizer would fetch a list of domains first, and has one of its own
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
    },
    restart: 'on-failure',
    volumes: [],
    // for the health check of the host; the gateway reaches it by name
    ports: [`127.0.0.1:${hostPort}:${piiPort}`],
    healthcheck: {
      test: ['CMD', 'python3', '-c', answers(`http://127.0.0.1:${piiPort}/health`)],
      interval: '15s',
      timeout: '10s',
      retries: 4,
      // the analyzer reads its language model first
      start_period: '180s',
    },
  };
}
