import { describe, expect, it } from 'vitest';
import { parseDeployment } from '../../../lib/spec/parse';
import { loadShares } from '../../../lib/spec/shares';
import type { Deployment } from '../../../lib/spec/types';
import { problems } from '../problems';

type Models = Extract<Deployment['models'], unknown[]>;
const cloud = 'bedrock:amazon.nova-lite-v1:0';
const small = { name: 'small', source: 'Qwen/Qwen3-8B' };
const large = { name: 'large', source: 'Qwen/Qwen3-32B' };
const emb = { name: 'emb', source: 'BAAI/bge-m3' };
const share = (percent: number) => ({ traffic: { sharePercent: percent } });
const cases: [string, Partial<Deployment>, string[]][] = [
  [
    'shares above 100 %',
    {
      models: [
        { ...small, ...share(70) },
        { ...large, ...share(40) },
      ],
    },
    ['models[1].traffic.sharePercent: the shares add up to 110 %, the limit is 100: lower one [shares]'],
  ],
  [
    'a share beside a load of its own',
    { models: [{ ...small, traffic: { sharePercent: 10, users: 5 } }, large] },
    ['models[0].traffic.sharePercent: is a share, and beside it stands a load of its own: keep one [shares]'],
  ],
  [
    'an embedding model beside others without its own load',
    { models: [small, emb] },
    [
      'models[1].traffic: emb embeds, which is another load than that of the models beside it: write its own, such as `{requestsPerSecond: 2}` [shares]',
    ],
  ],
  [
    'a load at the top that nobody takes',
    { models: [{ ...small, traffic: { requestsPerSecond: 1 } }] },
    [
      'traffic.concurrentUsers: no model takes a part of this load: each has its own, or is a fallback; remove it, or leave out the `traffic` of a model [shares]',
    ],
  ],
  [
    'a load of its own given twice',
    { models: [{ ...small, traffic: { users: 5, requestsPerSecond: 1 } }, large] },
    [
      'models[0].traffic.requestsPerSecond: the peak is given 2 times, by `users`, `requestsPerSecond`: keep one [one-load]',
    ],
  ],
  [
    'a pace without a load',
    { models: [{ ...small, traffic: { peakFactor: 2 } }, large] },
    [
      'models[0].traffic.peakFactor: has no meaning without a load of its own here: write `concurrentUsers` too, or set it in the top-level `traffic` [one-load]',
    ],
  ],
  [
    'a name used twice',
    {
      models: [
        small,
        { ...large, name: 'small' },
        { ...large, adapters: [{ name: 'small', source: 'a/b' }] },
      ],
      gateway: { autoRouter: { name: 'large', simple: 'small', complex: 'large' } },
    },
    [
      'models[1].name: "small" is the name of a model already: choose another [unique-names]',
      'models[2].adapters[0].name: "small" is the name of a model already: choose another [unique-names]',
      'gateway.autoRouter.name: "large" is the name of a model already: choose another [unique-names]',
    ],
  ],
  [
    "names that are the degraded answer's",
    {
      models: [
        { ...small, name: 'degraded-answer' },
        { ...large, adapters: [{ name: 'degraded-answer', source: 'a/b' }] },
      ],
      gateway: { degradedAnswer: 'Later.', aliases: { 'degraded-answer': 'large' } },
    },
    [
      'models[0].name: "degraded-answer" is the name of the degraded answer already: choose another [unique-names]',
      'models[1].adapters[0].name: "degraded-answer" is the name of the degraded answer already: choose another [unique-names]',
      'gateway.aliases.degraded-answer: "degraded-answer" is the name of a model already: choose another alias [known-model-name]',
    ],
  ],
  [
    'an answer that the gateway would take for one of its secrets',
    { models: [small, large], gateway: { degradedAnswer: 'os.environ/LITELLM_MASTER_KEY' } },
    [
      'gateway.degradedAnswer: begins with "os.environ/", which the gateway does not read as words: begin with another word [answer-in-words]',
    ],
  ],
  [
    'an answer that the gateway would take for an error',
    { models: [small, large], gateway: { degradedAnswer: 'litellm.RateLimitError' } },
    [
      'gateway.degradedAnswer: begins with "litellm.", which the gateway does not read as words: begin with another word [answer-in-words]',
    ],
  ],
  [
    'names that make one engine',
    {
      models: [
        { ...small, name: 'a_b' },
        { ...large, name: 'a-b' },
      ],
    },
    [
      'models[1].name: "a-b" is the name of an engine (`_` counts as `-`) already: choose another [unique-names]',
    ],
  ],
  [
    'fallbacks that go round',
    {
      models: [
        { ...small, fallbacks: ['large'] },
        { ...large, fallbacks: ['small'] },
      ],
    },
    [
      'models[0].fallbacks[0]: fallbacks small -> large -> small never end: remove one of them [known-model-name]',
      'models[1].fallbacks[0]: fallbacks large -> small -> large never end: remove one of them [known-model-name]',
    ],
  ],
  [
    'a fallback to itself, to nobody, and to another task',
    {
      models: [
        { ...small, fallbacks: ['small', 'nobody', 'emb'] },
        { ...emb, traffic: { requestsPerSecond: 1 } },
      ],
    },
    [
      'models[0].fallbacks[1]: names the model "nobody"; the models are `small`, `emb`: write one of them [known-model-name]',
      'models[0].fallbacks[0]: fallbacks small -> small never end: remove one of them [known-model-name]',
      'models[0].fallbacks[2]: emb serves embedding and small chat: a fallback serves the same task [known-model-name]',
    ],
  ],
  [
    'a router that has one way or leads nowhere',
    { models: [small, large], gateway: { autoRouter: { simple: 'small', complex: 'small' } } },
    [
      'gateway.autoRouter.complex: is "small" as `simple` is: name two models, or remove the router [known-model-name]',
    ],
  ],
  [
    'fields of our own machines on a managed model',
    {
      models: [
        small,
        { source: cloud, gpu: 'L4', quantization: 'fp8', traffic: { slo: { ttftMs: 500 } } },
      ] as Models,
    },
    [
      `models[1].quantization: has no meaning for ${cloud}, which the cloud runs: remove it [managed-model]`,
      `models[1].gpu: has no meaning for ${cloud}, which the cloud runs: remove it [managed-model]`,
      `models[1].traffic.slo: has no meaning for ${cloud}: the cloud decides how fast it answers, remove it [managed-model]`,
    ],
  ],
  [
    'the id of an inference profile',
    { models: [small, 'bedrock:eu.amazon.nova-lite-v1:0'] },
    [
      'models[1]: "eu.amazon.nova-lite-v1:0" is the id of an inference profile, which follows from the region: write `bedrock:amazon.nova-lite-v1:0` [managed-model]',
    ],
  ],
  [
    'a managed model whose profile is not known in the region',
    { region: 'ap-northeast-1', models: [small, cloud] },
    [
      'models[1]: amazon.nova-lite-v1:0 is served through an inference profile, and the one of ap-northeast-1 is not known: take a region of US or EU, or another model [managed-model]',
    ],
  ],
  [
    'managed models alone on a machine with GPUs',
    { models: [cloud], architecture: 'single-server' },
    [
      'models: a gateway without a model of its own needs no GPU machine, which a single server is: leave `architecture` out, or add a model from the hub or your bucket [cannot]',
    ],
  ],
  [
    'neither source nor versions',
    { models: [{ name: 'empty' }] },
    [
      'models[0].source: is missing: write a hub id such as `Qwen/Qwen3-8B`, `s3://bucket/path`, or `versions` [source-or-versions]',
    ],
  ],
  [
    'versions beside a source, with weights that do not sum to 100',
    {
      models: [
        { ...small, versions: [{ name: 'a', source: 's3://bucket-1/a', revision: 'x', weightPercent: 90 }] },
      ].map((model) => ({ ...model, baseModel: 'Qwen/Qwen3-8B' })),
    },
    [
      'models[0].source: stands beside `versions`, which have their own: keep one [source-or-versions]',
      'models[0].versions: the weights add up to 90, must be 100: change one [source-or-versions]',
      'models[0].versions[0].revision: a bucket has no revisions, name the folder of the one you want [source-or-versions]',
    ],
  ],
  [
    'adapters of a mixture of experts, and of an embedding model',
    {
      models: [
        { source: 'Qwen/Qwen3-30B-A3B', adapters: [{ name: 'x', source: 'a/b' }] },
        {
          ...emb,
          traffic: { requestsPerSecond: 1 },
          adapters: [{ name: 'y', source: 'a/b' }],
          draftModel: 'ngram',
        },
      ],
    },
    [
      'models[0].adapters: the memory of adapters of a mixture of experts is not modelled: merge the adapter into the weights [engine-scope]',
      'models[1].adapters: adapters of embedding models are not built: merge the adapter into the weights [engine-scope]',
      'models[1].draftModel: has no meaning for an embedding model, which writes no tokens: remove it [engine-scope]',
    ],
  ],
  [
    'a hub id as draft model',
    { models: [{ ...small, draftModel: 'Qwen/Qwen3-0.6B' as never }] },
    [
      'models[0].draftModel: got "Qwen/Qwen3-0.6B": a second model that drafts tokens takes memory and time that are not modelled yet: `ngram`, which drafts from the prompt, or leave it out [not-built-yet]',
    ],
  ],
];

describe('rules about several models', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes).toSorted()).toEqual(expected.toSorted());
  });

  it('warn where the router sends requests to a model without a planned load', () => {
    const { warnings } = parseDeployment({
      name: 'demo',
      cloud: 'aws',
      region: 'us-east-1',
      models: [{ ...small, fallbacks: 'large' }, large],
      traffic: { users: 100 },
      gateway: { autoRouter: { simple: 'small', complex: 'large' } },
    });
    expect(warnings.map(({ path, rule }) => [path, rule])).toEqual([
      ['gateway.autoRouter.complex', 'shares'],
    ]);
  });
});

describe('shares of the load', () => {
  const of = (...models: Models) =>
    loadShares(
      parseDeployment({ name: 'demo', cloud: 'aws', region: 'us-east-1', traffic: { users: 100 }, models })
        .spec.models,
    );

  it('are the whole load for one model', () => {
    expect(of(small)).toEqual([100]);
  });

  it('are equal parts of what is left, for those that are nobody’s fallback', () => {
    const third = { ...large, name: 'third' };
    expect(
      of({ ...small, ...share(40), fallbacks: 'spare' }, large, third, { source: cloud, name: 'spare' }),
    ).toEqual([40, 30, 30, 0]);
  });

  it('leave out a model with its own load', () => {
    expect(of(small, { ...emb, traffic: { requestsPerSecond: 1 } })).toEqual([100, 0]);
  });
});
