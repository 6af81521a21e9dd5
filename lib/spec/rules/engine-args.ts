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
  'download-dir': '`modelStore`',
  'hf-token': '`modelStore.hubTokenSecret`',
  host: 'the bundle: only the gateway reaches the engine',
  port: 'the bundle: only the gateway reaches the engine',
  'api-key': 'the bundle, which makes keys at boot',
  'disable-fastapi-docs': 'the bundle: the engine shows no documentation pages',
  'disable-access-log-for-endpoints': 'the bundle: health checks are not logged',
  config: 'the plan: a configuration file could override what it derives',
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
