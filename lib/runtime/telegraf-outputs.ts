import { fleetDimension, type Series, telemetryDimension, telemetryNamespace } from '../plan/signals';
import { cloudWatchOutput, measurement } from './telegraf-config';

/** A cloud that telemetry can be sent to. Machines exist on AWS alone so far; the others join with their clouds. */
export type TelemetryCloud = 'aws' | 'azure' | 'gcp';

/** A series as its cloud knows it: what an alarm, a dashboard or an autoscaler has to name. */
export interface SentMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

interface Telemetry {
  /** Output plugin of Telegraf 1.37.2, as text of its configuration. */
  output: string;
  /** Variables that the configuration reads, with their meaning. */
  variables: Record<string, string>;
  /** `fleet`: as the machines of a fleet send it for that. */
  sent(series: Series, deployment: string, fleet?: string): SentMetric;
}

const dimensions = (deployment: string, fleet?: string) => ({
  [telemetryDimension]: deployment,
  ...(fleet === undefined ? {} : { [fleetDimension]: fleet }),
});
/** Every series is a field of the one measurement. */
const field = (series: Series) => series.slice(measurement.length + 1);

const common = {
  LLM_DEPLOYMENT: 'identity.name of the plan; the value of the one dimension of every series',
};

/**
 * A minute's mean, least and most of each field. Custom metrics of Azure Monitor are a preview (2026-11).
 *
 * The resource is named, and not looked up on the machine, because an alarm names it before there is a machine.
 * Names from plugins/outputs/azure_monitor of Telegraf 1.37.2, read 2026-11: the measurement ends the namespace.
 */
const azureMonitorOutput = `[[outputs.azure_monitor]]
  namespace_prefix = "${telemetryNamespace}/"
  region = "\${LLM_REGION}"
  resource_id = "\${LLM_RESOURCE_ID}"
`;

/**
 * One point a minute for each machine: Cloud Monitoring takes no two of one series, so the machine is a label.
 *
 * A resource type other than gce_instance is what an autoscaler reads as a metric of the whole group.
 * Names from plugins/outputs/stackdriver of Telegraf 1.37.2, read 2026-11.
 */
const cloudMonitoringOutput = `[[outputs.stackdriver]]
  project = "\${LLM_PROJECT}"
  namespace = "${telemetryNamespace}"
  metric_name_format = "path"
  metric_data_type = "double"
  resource_type = "generic_node"
  [outputs.stackdriver.resource_labels]
    location = "\${LLM_REGION}"
    namespace = "\${LLM_DEPLOYMENT}"
    node_id = "\${LLM_NODE}"
`;

/** What Telegraf is told in each cloud, and what the cloud then calls a series. */
export const telemetry: Readonly<Record<TelemetryCloud, Telemetry>> = {
  aws: {
    output: cloudWatchOutput,
    variables: { ...common, LLM_REGION: 'region of the machine' },
    sent: (series, deployment, fleet) => ({
      namespace: telemetryNamespace,
      name: series,
      dimensions: dimensions(deployment, fleet),
    }),
  },
  azure: {
    output: azureMonitorOutput,
    variables: {
      ...common,
      LLM_REGION: 'region of the resource that metrics are filed under',
      LLM_RESOURCE_ID: 'that resource, as /subscriptions/...; alarms have it as their scope',
    },
    sent: (series, deployment, fleet) => ({
      namespace: `${telemetryNamespace}/${measurement}`,
      name: field(series),
      dimensions: dimensions(deployment, fleet),
    }),
  },
  gcp: {
    output: cloudMonitoringOutput,
    variables: {
      ...common,
      LLM_PROJECT: 'project that metrics are written to',
      LLM_REGION: 'region of the machine',
      LLM_NODE: 'name of the machine',
    },
    sent: (series, deployment, fleet) => ({
      namespace: 'custom.googleapis.com',
      name: `${telemetryNamespace}/${measurement}/${field(series)}`,
      dimensions: dimensions(deployment, fleet),
    }),
  },
};
