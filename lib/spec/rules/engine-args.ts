import { engineFlags, findEngineFlag } from '../../catalog/engine-flags';
import { didYouMean } from '../suggest';
import { code, either, shortened, shown } from '../words';
import { finding, rule } from './rule';

/** Flags that the plan derives, with the field that decides each; to be kept equal to the engine's command. */
export const derivedFlags: Readonly<Record<string, string>> = {
  'served-model-name': '`models[].name`',
  model: '`models[].source`',
  revision: '`models[].revision`',
  runner: '`models[].task`',
  dtype: '`models[].gpu`',
  quantization: '`models[].quantization`',
  'kv-cache-dtype': '`models[].kvCacheDtype`',
  'tensor-parallel-size': '`models[].tensorParallel`',
  'max-model-len': '`models[].maxContext`',
  'gpu-memory-utilization': 'the plan, from the memory of the GPU',
  'device-memory-utilization': 'the plan, from the memory of the GPU',
  'max-num-seqs': '`traffic`',
  'max-num-batched-tokens': '`traffic`',
  'max-num-queued-reqs': '`traffic`',
  'shutdown-timeout': '`gateway.timeoutSeconds`',
  'enable-prefix-caching': '`models[].prefixCaching`',
  'enable-lora': '`models[].adapters`',
  'lora-modules': '`models[].adapters`',
  'max-loras': '`models[].adapters`',
  'max-lora-rank': 'the plan, which keeps memory for adapters of rank 64',
  'speculative-config': '`models[].draftModel`',
  'download-dir': '`modelStore`',
  'hf-token': '`modelStore.hubTokenSecret`',
  host: 'the bundle: only the gateway reaches the engine',
  port: 'the bundle: only the gateway reaches the engine',
  'api-key': 'the bundle, which makes keys at boot',
  'disable-fastapi-docs': 'the bundle: the engine shows no documentation pages',
  'disable-access-log-for-endpoints': 'the bundle: health checks are not logged',
  config: 'the plan: a configuration file could override what it derives',
};

const notBuilt = 'which is not built yet';

/** Flags that would make the plan, the gateway or the alarms wrong. */
export const closedFlags: Readonly<Record<string, string>> = {
  'pipeline-parallel-size': `belongs to \`models[].pipelineParallel\`, ${notBuilt}: remove it`,
  'data-parallel-size': 'is decided by the plan, which starts as many engines as the GPUs hold: remove it',
  'enable-expert-parallel': `belongs to \`models[].expertParallel\`, ${notBuilt}: remove it`,
  'spec-method': 'is derived from `models[].draftModel`: set that instead',
  'spec-model': 'is derived from `models[].draftModel`: set that instead',
  'spec-tokens': 'is derived from `models[].draftModel`: set that instead',
  'max-cpu-loras': 'is derived from `models[].adapters`: set that instead',
  'kv-cache-memory-bytes': 'would take other memory than the plan counts on: remove it',
  'num-gpu-blocks-override': 'would take other memory than the plan counts on: remove it',
  'cpu-offload-gb': 'would be slower than the plan promises: choose a GPU that holds the model',
  'disable-log-stats': 'would leave the alarms without the metrics that they watch: remove it',
  uds: 'would hide the engine from the gateway: remove it',
  'root-path': 'would hide the engine from the gateway: remove it',
  headless: 'would hide the engine from the gateway: remove it',
  grpc: 'would hide the engine from the gateway: remove it',
  'ssl-keyfile':
    'would hide the engine from the gateway, which speaks plain HTTP to it inside the machine: remove it',
  'ssl-certfile':
    'would hide the engine from the gateway, which speaks plain HTTP to it inside the machine: remove it',
};

export const argsConflict = rule('args-conflict', ['models'], ({ models }) =>
  models.flatMap((model, index) =>
    Object.entries(model.engineArgs).flatMap(([name, value]) => {
      const message = wrongArgument(name, value);
      return message === undefined ? [] : [finding(['models', index, 'engineArgs', name], message)];
    }),
  ),
);

function wrongArgument(name: string, value: string | number | boolean): string | undefined {
  const plain = name.replace(/^-+/, '').replaceAll('_', '-');
  const opposite = engineFlags().find((flag) => flag.opposite === plain);
  const flag = findEngineFlag(plain) ?? opposite;
  if (flag === undefined) {
    const names = engineFlags().map((known) => known.flag);
    return `${shown(name)} is not a flag of vLLM 0.33.0, which this version starts.${didYouMean(plain, names)}`;
  }
  if (Object.hasOwn(derivedFlags, flag.flag)) {
    const owner = derivedFlags[flag.flag] as string;
    return owner.startsWith('`')
      ? `is derived from ${owner}: set that instead`
      : `is decided by ${owner}; remove it`;
  }
  const closed = Object.hasOwn(closedFlags, flag.flag) ? closedFlags[flag.flag] : undefined;
  if (closed !== undefined && value !== false) return closed;
  if (opposite && flag === opposite)
    return `write \`${opposite.flag}: false\` instead of \`${shortened(name)}\``;
  if (plain !== name) return `write \`${plain}\`, without leading dashes and with \`-\` between words`;
  if (flag.takesValue === (typeof value === 'boolean')) {
    return flag.takesValue
      ? `got ${value}, but the flag takes a value: write it`
      : `got ${shown(value)}, but the flag is a switch: write \`true\` or \`false\``;
  }
  if (value === false && flag.opposite === null) return 'got false, which is the default: remove it';
  if (flag.choices && !flag.choices.includes(String(value))) {
    return `got ${shown(value)}, expected ${either(code(flag.choices))}`;
  }
  return undefined;
}
