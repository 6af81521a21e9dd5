import { describe, expect, it } from 'vitest';
import { problems, textProblems } from './problems';

const model = (fields: object) => ({ models: [{ source: 'Qwen/Qwen3-8B', ...fields }] });

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'a name that is too short',
    { name: 'A' },
    [
      'name: got "A", expected a name of 2 to 20 characters `a-z 0-9 -` that begins with a letter and does not end with `-` [shape]',
    ],
  ],
  [
    'no name and no cloud',
    { name: undefined, cloud: undefined },
    [
      'name: is missing: write a name of 2 to 20 characters `a-z 0-9 -` that begins with a letter and does not end with `-` [required]',
      'cloud: is missing: write `aws` [required]',
    ],
  ],
  [
    'a word that is like a possible one',
    { environment: 'production', gateway: { routing: 'least-bussy' } },
    [
      'environment: got "production", expected `dev`, `staging` or `prod` [shape]',
      'gateway.routing: got "least-bussy", expected `shuffle`, `least-busy`, `lowest-latency` or `lowest-cost`. Did you mean `least-busy`? [shape]',
    ],
  ],
  [
    'a number for a text',
    { account: { id: 123456789012 }, tags: { team: 1 } },
    [
      'tags.team: got 1, expected a text, in quotes [shape]',
      'account.id: got 123456789012, expected the 12 digits of an AWS account, in quotes [shape]',
    ],
  ],
  [
    'a number that is no better in quotes',
    { name: 123456789012 },
    [
      'name: got 123456789012, expected a name of 2 to 20 characters `a-z 0-9 -` that begins with a letter and does not end with `-` [shape]',
    ],
  ],
  [
    'the number of an account that began with zeros',
    { account: { id: 1234567 } },
    ['account.id: got 1234567, expected the 12 digits of an AWS account, in quotes [shape]'],
  ],
  [
    'a text for a number',
    { gateway: { retries: '2' } },
    ['gateway.retries: got "2", expected a whole number from 0 to 5 [shape]'],
  ],
  [
    'numbers outside their limits',
    { gateway: { timeoutSeconds: 5, retries: 6 }, reliability: { recoveryPointMinutes: 30 } },
    [
      'gateway.timeoutSeconds: got 5, expected a whole number from 10 to 3,600 [shape]',
      'gateway.retries: got 6, expected a whole number from 0 to 5 [shape]',
      'reliability.recoveryPointMinutes: got 30, expected a whole number from 60 to 10,080 [shape]',
    ],
  ],
  [
    'half a token',
    { traffic: { concurrentUsers: 1, inputTokens: 0.5 } },
    ['traffic.inputTokens: got 0.5, expected a whole number from 0 to 100,000,000 [shape]'],
  ],
  [
    'a number that is not finite',
    { traffic: { requestsPerSecond: Number.NaN }, budget: { monthlyUsd: Infinity } },
    [
      'traffic.requestsPerSecond: got NaN, which is not a finite number: write a number [shape]',
      'budget.monthlyUsd: got Infinity, which is not a finite number: write a number [shape]',
    ],
  ],
  [
    'a day that the log store does not know',
    { monitoring: { logRetentionDays: 10 } },
    [
      'monitoring.logRetentionDays: got 10, which is not one of the 22 values that are possible: write `7` or `14` [shape]',
    ],
  ],
  [
    'a text for true or false',
    model({ prefixCaching: 'yes' }),
    ['models[0].prefixCaching: got "yes", expected `true` or `false` [shape]'],
  ],
  [
    'a number of GPUs that is no power of two',
    model({ tensorParallel: 3 }),
    ['models[0].tensorParallel: got 3, expected `1`, `2`, `4`, `8` or `16` [shape]'],
  ],
  [
    'a text for a section, a list for a section',
    { traffic: 5, network: [] },
    [
      'network: got an empty list, expected a map with `domain`, `dnsZone`, `certificate`, `ingress`, `tls`, `allowedCidrs`, `cidr`, `zones`, ... [shape]',
      'traffic: got 5, expected a section such as `{concurrentUsers: 100}` [shape]',
    ],
  ],
  [
    'null',
    { network: null, models: null, name: null },
    [
      'name: is empty: write a name of 2 to 20 characters `a-z 0-9 -` that begins with a letter and does not end with `-` [shape]',
      'network: is empty: write a map with `domain`, `dnsZone`, `certificate`, `ingress`, `tls`, `allowedCidrs`, `cidr`, `zones`, ..., or remove the line [shape]',
      'models: is empty: write a list of models, such as `[Qwen/Qwen3-8B]` [shape]',
    ],
  ],
  [
    'empty lists',
    { models: [], network: { allowedCidrs: [] } },
    [
      'network.allowedCidrs: got an empty list: write at least one entry [shape]',
      'models: got an empty list: write a list of models, such as `[Qwen/Qwen3-8B]` [shape]',
    ],
  ],
  [
    'an image without digest',
    { images: { engine: 'vllm/vllm-openai:latest' } },
    [
      'images.engine: got "vllm/vllm-openai:latest", expected an image reference that ends in `@sha256:` and 64 hexadecimal digits [shape]',
    ],
  ],
  [
    'an address that is none',
    { monitoring: { notify: 'ops' } },
    ['monitoring.notify: got "ops", expected an e-mail address [shape]'],
  ],
  [
    'a section without its required field',
    { budget: {} },
    ['budget.monthlyUsd: is missing: write a number from 1 to 1,000,000,000 [required]'],
  ],
  [
    'a source that is none',
    { models: ['llama'] },
    ['models[0]: got "llama", expected a hub id such as `Qwen/Qwen3-8B`, or `s3://bucket/path` [shape]'],
  ],
  [
    'a long text',
    { tags: { note: 'x'.repeat(300) } },
    ['tags.note: got 300 characters, the limit is 256: shorten it [shape]'],
  ],
  [
    'control characters',
    { name: '\u001b[31mred\u202e' },
    [
      'name: got "\\u{1b}[31mred\\u{202e}", expected a name of 2 to 20 characters `a-z 0-9 -` that begins with a letter and does not end with `-` [shape]',
    ],
  ],
  [
    'misspelled fields',
    { modells: 1, trafic: {}, network: { domian: 'x' } },
    [
      'network.domian: "domian" is not a field of `network`. Did you mean `domain`? [unknown-field]',
      'modells: "modells" is not a field of the spec. Did you mean `models`? [unknown-field]',
      'trafic: "trafic" is not a field of the spec. Did you mean `traffic`? [unknown-field]',
    ],
  ],
  [
    'a field that is like none',
    { network: { frobnicate: 1 } },
    [
      'network.frobnicate: "frobnicate" is not a field of `network`. Fields here: `domain`, `dnsZone`, `certificate`, `ingress`, `tls`, `allowedCidrs`, `cidr`, `zones`, `existing`, `egress`. [unknown-field]',
    ],
  ],
  [
    'fields of the prototype',
    { constructor: 1, network: JSON.parse('{"__proto__": 1, "toString": 2}') },
    [
      'network.__proto__: `__proto__` is not a field of the spec: remove it [unknown-field]',
      'network.toString: "toString" is not a field of `network`. Fields here: `domain`, `dnsZone`, `certificate`, `ingress`, `tls`, `allowedCidrs`, `cidr`, `zones`, `existing`, `egress`. [unknown-field]',
      'constructor: "constructor" is not a field of the spec. Fields here: `version`, `name`, `cloud`, `environment`, `region`, `architecture`, `timeZone`, `tags`, `account`, `images`, `network`, `models`, `application`, `traffic`, `batch`, `capacity`, `gateway`, `database`, `cache`, `modelStore`, `monitoring`, `budget`, `security`, `reliability`, `rollout`. [unknown-field]',
    ],
  ],
  [
    'values that are no data',
    { name: () => 1, tags: new Map(), budget: { monthlyUsd: 1n }, models: [Symbol('x')] },
    [
      'name: got a function: write text, a number, true, false, a list or a map [shape]',
      'models[0]: got a symbol: write text, a number, true, false, a list or a map [shape]',
      'tags: got an object of class Map: write text, a number, true, false, a list or a map [shape]',
      'budget.monthlyUsd: got a bigint: write text, a number, true, false, a list or a map [shape]',
    ],
  ],
  [
    'a threshold that is neither number nor off',
    { monitoring: { thresholds: { 'error-rate': 'of', 'eror-rate': 2 } } },
    [
      'monitoring.thresholds.error-rate: got "of", expected a number from 0 to 100 or `off` [shape]',
      'monitoring.thresholds.eror-rate: "eror-rate" is not a field of `monitoring.thresholds`. Did you mean `error-rate`? [unknown-field]',
    ],
  ],
  [
    'words of parts that are not built',
    {
      monitoring: { thresholds: { 'cost-per-hour': 2 } },
      capacity: { purchase: 'mixed', warmPool: 1 },
      architecture: 'single-server',
    },
    [
      'monitoring.thresholds.cost-per-hour: the price of one machine per hour cannot double, so the alarm could never fire: `budget` watches the money [cannot]',
      'capacity.purchase: got "mixed": a single server has one machine: write `on-demand` or `spot`, or `architecture: scaled` [cannot]',
      'capacity.warmPool: a single server has one machine and no prepared spare ones: leave it out, or write `architecture: scaled` [cannot]',
    ],
  ],
  ['fields that are undefined', { network: undefined, gateway: { retries: undefined } }, []],
];

describe('messages about shape', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});

describe('merge keys of YAML 1.1', () => {
  const merging = 'got `<<`, which merges maps in YAML 1.1 and is not supported: write the fields out';

  it('are refused by name, in a section, an entry, a map of names and at the top', () => {
    const text = `name: chat
cloud: aws
region: us-east-1
models: [{source: Qwen/Qwen3-8B, <<: &x {maxContext: 8192}}]
traffic: {concurrentUsers: 5, <<: *x}
tags: {<<: *x}
<<: *x
`;
    expect(textProblems(text)).toEqual([
      `models[0].<<: ${merging} [unknown-field]`,
      `traffic.<<: ${merging} [unknown-field]`,
      `tags.<<: ${merging} [unknown-field]`,
      `<<: ${merging} [unknown-field]`,
    ]);
  });
});
