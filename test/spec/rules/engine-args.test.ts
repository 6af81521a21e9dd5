import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const args = (engineArgs: object) => ({ models: [{ source: 'Qwen/Qwen3-8B', engineArgs }] });

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'a derived flag',
    args({ 'max-model-len': 1 }),
    [
      'models[0].engineArgs.max-model-len: is derived from `models[].maxContext`: set that instead [args-conflict]',
    ],
  ],
  [
    'a derived flag with dashes',
    args({ '--dtype': 'half' }),
    ['models[0].engineArgs.--dtype: is derived from `models[].gpu`: set that instead [args-conflict]'],
  ],
  [
    'a derived flag with underscores',
    args({ gpu_memory_utilization: 0.5 }),
    [
      'models[0].engineArgs.gpu_memory_utilization: is decided by the plan, from the memory of the GPU; remove it [args-conflict]',
    ],
  ],
  [
    'the opposite of a derived flag',
    args({ 'disable-prefix-caching': true }),
    [
      'models[0].engineArgs.disable-prefix-caching: is derived from `models[].prefixCaching`: set that instead [args-conflict]',
    ],
  ],
  [
    'a configuration file',
    args({ config: '/etc/vllm.yaml' }),
    [
      'models[0].engineArgs.config: is decided by the plan: a configuration file could override what it derives; remove it [args-conflict]',
    ],
  ],
  [
    'a flag that does not exist',
    args({ 'no-such-thing-at-all': 1 }),
    [
      'models[0].engineArgs.no-such-thing-at-all: "no-such-thing-at-all" is not a flag of vLLM 0.33.0, which this version starts. [args-conflict]',
    ],
  ],
  [
    'a misspelled flag',
    args({ 'block-sise': 16 }),
    [
      'models[0].engineArgs.block-sise: "block-sise" is not a flag of vLLM 0.33.0, which this version starts. Did you mean `block-size`? [args-conflict]',
    ],
  ],
  [
    'a prototype key',
    args({ constructor: 1, toString: 1 }),
    [
      'models[0].engineArgs.constructor: "constructor" is not a flag of vLLM 0.33.0, which this version starts. [args-conflict]',
      'models[0].engineArgs.toString: "toString" is not a flag of vLLM 0.33.0, which this version starts. [args-conflict]',
    ],
  ],
  [
    'underscores',
    args({ block_size: 16 }),
    [
      'models[0].engineArgs.block_size: write `block-size`, without leading dashes and with `-` between words [args-conflict]',
    ],
  ],
  [
    'the opposite of a switch',
    args({ 'disable-eplb': true }),
    [
      'models[0].engineArgs.disable-eplb: write `enable-eplb: false` instead of `disable-eplb` [args-conflict]',
    ],
  ],
  [
    'a text for a switch',
    args({ 'enable-eplb': 'yes' }),
    [
      'models[0].engineArgs.enable-eplb: got "yes", but the flag is a switch: write `true` or `false` [args-conflict]',
    ],
  ],
  [
    'a switch for a value',
    args({ 'block-size': true }),
    ['models[0].engineArgs.block-size: got true, but the flag takes a value: write it [args-conflict]'],
  ],
  [
    'false for a switch that has no opposite',
    args({ 'aggregate-engine-logging': false }),
    [
      'models[0].engineArgs.aggregate-engine-logging: got false, which is the default: remove it [args-conflict]',
    ],
  ],
  [
    'flags that would make the plan wrong',
    args({
      'data-parallel-size': 2,
      'max-cpu-loras': 9,
      'num-gpu-blocks-override': 9,
      'disable-log-stats': true,
      uds: '/tmp/x',
    }),
    [
      'models[0].engineArgs.data-parallel-size: is decided by the plan, which starts as many engines as the GPUs hold: remove it [args-conflict]',
      'models[0].engineArgs.max-cpu-loras: is derived from `models[].adapters`: set that instead [args-conflict]',
      'models[0].engineArgs.num-gpu-blocks-override: would take other memory than the plan counts on: remove it [args-conflict]',
      'models[0].engineArgs.disable-log-stats: would leave the alarms without the metrics that they watch: remove it [args-conflict]',
      'models[0].engineArgs.uds: would hide the engine from the gateway: remove it [args-conflict]',
    ],
  ],
  ['such a flag switched off', args({ 'enable-expert-parallel': false }), []],
  [
    'flags of adapters and of speculation',
    args({ 'enable-lora': true, 'max-lora-rank': 8, 'speculative-config': '{}' }),
    [
      'models[0].engineArgs.enable-lora: is derived from `models[].adapters`: set that instead [args-conflict]',
      'models[0].engineArgs.max-lora-rank: is decided by the plan, which keeps memory for adapters of rank 64; remove it [args-conflict]',
      'models[0].engineArgs.speculative-config: is derived from `models[].draftModel`: set that instead [args-conflict]',
    ],
  ],
  [
    'a value outside the choices',
    args({ 'all2all-backend': 'magic' }),
    [
      'models[0].engineArgs.all2all-backend: got "magic", expected `allgather_reducescatter`, `deepep_high_throughput`, `deepep_low_latency`, `deepep_v2`, `flashinfer_all2allv`, `flashinfer_nvlink_one_sided`, `flashinfer_nvlink_two_sided`, `moonep`, `mori_high_throughput`, `mori_low_latency`, `naive`, `nixl_ep` or `pplx` [args-conflict]',
    ],
  ],
  [
    'flags that pass',
    args({ 'enable-eplb': false, seed: 7, 'trust-remote-code': true, 'all2all-backend': 'naive' }),
    [],
  ],
];

describe('rules about engine arguments', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
