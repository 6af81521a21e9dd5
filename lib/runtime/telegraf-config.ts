import { telemetryDimension, telemetryNamespace } from '../plan/signals';
import { ports } from './layout';

/** Measurement under which the signals are offered; output plugins join it and the field with `_`. */
export const measurement = 'llm';

/**
 * `telegraf.conf`: takes the finished signals of the machine each minute and sends them on.
 *
 * CloudWatch names a metric `<measurement>_<field>` and makes a dimension of every tag
 * (telegraf 1.37, plugins/outputs/cloudwatch), so the tags of host and input are taken away.
 */
export function telegrafConfig(output: string): string {
  return `# Telemetry. Generated from the plan.
[global_tags]
  ${telemetryDimension} = "\${LLM_DEPLOYMENT}"

[agent]
  interval = "60s"
  round_interval = true
  flush_interval = "15s"
  metric_buffer_limit = 10000
  omit_hostname = true
  skip_processors_after_aggregators = true

[[inputs.http]]
  urls = ["http://127.0.0.1:${ports.signals}/signals"]
  timeout = "20s"
  data_format = "influx"
  tagexclude = ["url", "host"]

${output}`;
}

export const cloudWatchOutput = `[[outputs.cloudwatch]]
  region = "\${LLM_REGION}"
  namespace = "${telemetryNamespace}"
  high_resolution_metrics = false
  write_statistics = false
`;
