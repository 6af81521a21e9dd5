import { localImages } from '../../../catalog/images';
import { mirrored } from '../../../plan/images';
import type { SingleServerPlan } from '../../../plan/plan';
import type { BundleFile } from '../../bundle';
import { answers } from '../../compose-engine';
import { mount } from '../../compose-mounts';
import { ports } from '../../layout';
import { machineModule } from '../../programs/machine';
import { signalsProgram } from '../../programs/signals';
import type { LocalForm } from '../form';
import { localSecrets, type Mount, volumeMount } from '../mounts';
import { dashboard } from './dashboard';
import { dashboardFolder, grafanaDashboards, grafanaDatasource } from './grafana';
import { alertRules, alertsPath, engineKeyPath, prometheusConfig, prometheusConfigPath } from './prometheus';
import { localSignalSettings } from './settings';

/** Days and size of what Prometheus keeps: enough to look back, and no laptop's disk fills. */
const retention = { days: 15, size: '2GB' };

/** Ports of the host, on the loopback interface alone. */
export const monitoringPorts = { prometheus: 9090, grafana: 3000 } as const;

/** Files of the three containers, by name; the programs are the machine's own. */
export function monitoringFiles(
  plan: SingleServerPlan,
  form: LocalForm,
): Record<string, BundleFile['content']> {
  return {
    'machine.py': machineModule,
    'signals.py': signalsProgram,
    'signals.json': localSignalSettings(plan, form),
    'prometheus.yaml': prometheusConfig(plan, form),
    'alerts.yaml': alertRules(plan, form),
    'grafana-datasource.yaml': grafanaDatasource(),
    'grafana-dashboards.yaml': grafanaDashboards(),
    'dashboard.json': dashboard(plan, form),
  };
}

/** The machine's signals for Prometheus instead of a cloud, and Grafana to look at them. */
export function monitoringServices(plan: SingleServerPlan, form: LocalForm) {
  return {
    signals: signalsService(plan, form),
    prometheus: {
      image: mirrored(localImages.prometheus.reference, plan.spec),
      cap_drop: ['ALL'],
      command: [
        `--config.file=${prometheusConfigPath}`,
        '--storage.tsdb.path=/prometheus',
        `--storage.tsdb.retention.time=${retention.days}d`,
        `--storage.tsdb.retention.size=${retention.size}`,
      ],
      restart: 'on-failure',
      ports: [`127.0.0.1:\${LLM_PROMETHEUS_PORT:-${monitoringPorts.prometheus}}:9090`],
      volumes: [
        readOnly('prometheus.yaml', prometheusConfigPath),
        readOnly('alerts.yaml', alertsPath),
        ...(form.engine === 'llama.cpp' ? [{ ...localSecrets(metricsKey), target: engineKeyPath }] : []),
        volumeMount('prometheus', '/prometheus', 'read-write'),
      ],
      depends_on: { signals: { condition: 'service_started' } },
    },
    grafana: {
      image: mirrored(localImages.grafana.reference, plan.spec),
      cap_drop: ['ALL'],
      restart: 'on-failure',
      ports: [`127.0.0.1:\${LLM_GRAFANA_PORT:-${monitoringPorts.grafana}}:3000`],
      environment: grafanaEnvironment,
      volumes: [
        readOnly('grafana-datasource.yaml', '/etc/grafana/provisioning/datasources/llm.yaml'),
        readOnly('grafana-dashboards.yaml', '/etc/grafana/provisioning/dashboards/llm.yaml'),
        readOnly('dashboard.json', `${dashboardFolder}/llm.json`),
      ],
      depends_on: { prometheus: { condition: 'service_started' } },
    },
  };
}

/** What `secrets.sh` makes for Prometheus, which is no root. */
export const metricsKey = 'metrics_key';

const readOnly = (name: string, target: string) => mount(`./${name}`, target, 'read-only') as Mount;

/** Whoever reaches the loopback interface may look and nobody may change: files are the source. No login, so no password. */
const grafanaEnvironment = {
  GF_AUTH_ANONYMOUS_ENABLED: 'true',
  GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
  GF_AUTH_BASIC_ENABLED: 'false',
  GF_AUTH_DISABLE_LOGIN_FORM: 'true',
  GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${dashboardFolder}/llm.json`,
  // nothing is sent or fetched
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
};

/** `signals.py` of the machines, in the gateway's image, which has Python. */
function signalsService(plan: SingleServerPlan, form: LocalForm) {
  return {
    image: plan.decisions.images.gateway,
    cap_drop: ['ALL'],
    entrypoint: ['python3', '/opt/llm/bundle/signals.py'],
    restart: 'on-failure',
    environment: { PYTHONDONTWRITEBYTECODE: '1' },
    volumes: [
      readOnly('machine.py', '/opt/llm/bundle/machine.py'),
      readOnly('signals.py', '/opt/llm/bundle/signals.py'),
      readOnly('signals.json', '/opt/llm/bundle/settings.json'),
      // it asks the gateway for its metrics with the operator's key
      { ...localSecrets('gateway.env'), target: '/run/llm/gateway.env' } as Mount,
    ],
    ...(form.engine === 'vllm' && nvidiaSmi),
    healthcheck: {
      test: ['CMD', 'python3', '-c', answers(`http://127.0.0.1:${ports.signals}/metrics`)],
      interval: '15s',
      timeout: '10s',
      retries: 4,
      start_period: '30s',
    },
  };
}

/** The container toolkit puts nvidia-smi into any image that asks for the utility capability. */
const nvidiaSmi = {
  environment: { PYTHONDONTWRITEBYTECODE: '1', NVIDIA_DRIVER_CAPABILITIES: 'utility' },
  deploy: {
    resources: {
      reservations: { devices: [{ driver: 'nvidia', count: 'all', capabilities: ['gpu', 'utility'] }] },
    },
  },
};
