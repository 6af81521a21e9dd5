import type { SingleServerPlan } from '../../../plan/plan';
import type { Series } from '../../../plan/signals';
import { serverHost } from '../../host';
import { enginePort, engineServices, gatewayHealthPath, ports } from '../../layout';
import { settings } from '../../settings';
import type { LocalForm } from '../form';
import { llamaSeries } from '../llama/series';

const gateway = `http://gateway:${ports.gateway}`;

/** `signals.json`: what `signals.py` needs to know where every program is a container beside it. */
export function localSignalSettings(plan: SingleServerPlan, form: LocalForm): string {
  const engines = engineServices(plan).map(({ service, model }) => ({
    service,
    url: `http://${service}:${enginePort}`,
    model: model.name,
    sequencesInFlight: model.expected.sequencesInFlight,
  }));
  // what is a matter of the plan is the machine's; what is a matter of places is not
  const { limits, usdPerHour, degradedModel } = JSON.parse(settings(serverHost(plan))) as Record<
    string,
    unknown
  >;
  const here = {
    listen: '0.0.0.0',
    ports: { signals: ports.signals },
    gateway: { url: gateway },
    engines,
    limits,
    usdPerHour,
    degradedModel,
    health: [`${gateway}${gatewayHealthPath}`, ...engines.map(({ url }) => `${url}/health`)],
    host: form.engine === 'vllm' ? ['gpu', 'disk'] : ['disk'],
    ...(form.engine === 'llama.cpp' ? { engineSeries: llamaSeries } : {}),
  };
  return `${JSON.stringify(here, null, 2)}\n`;
}

/** What no series of the engine tells. */
const lacking: Record<LocalForm['engine'], Series[]> = {
  vllm: [],
  simulated: [],
  'llama.cpp': ['llm_kv_cache_percent'],
};

const gpuSeries: Series[] = ['llm_gpu_utilization_percent', 'llm_gpu_memory_percent'];

/** Series that a container cannot see: the kernel log never, GPUs when there are none. */
export function unseen(form: LocalForm): Series[] {
  return ['llm_gpu_xid_errors', ...(form.engine === 'vllm' ? [] : gpuSeries), ...lacking[form.engine]];
}
