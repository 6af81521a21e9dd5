import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../lib/spec/types';
import { problems } from '../problems';

const lines = { requestsPerDay: 1000 };
const nova = 'bedrock:amazon.nova-lite-v1:0';
const two = ['Qwen/Qwen3-8B', 'Qwen/Qwen3-4B'];
const scaled = { architecture: 'scaled' } as const;

const accepted: [string, Partial<Deployment>][] = [
  ['files on a single server', { batch: lines }],
  [
    'machines of their own',
    { ...scaled, batch: { ...lines, fleet: 'dedicated', startAt: '22:00', deadlineHours: 8 } },
  ],
  [
    'a time zone for the start',
    { ...scaled, timeZone: 'Europe/Berlin', batch: { ...lines, startAt: '22:00', deadlineHours: 8 } },
  ],
  ['one of several models', { models: two, batch: { ...lines, model: 'qwen3-4b' } }],
  [
    'a model of the cloud beside fleets',
    { ...scaled, models: ['Qwen/Qwen3-8B', nova], batch: { ...lines, model: 'amazon.nova-lite-v1-0' } },
  ],
];

const refused: [string, Partial<Deployment>, string[]][] = [
  [
    'a name that no model has',
    { batch: { ...lines, model: 'gpt-4o' } },
    [
      'batch.model: names the model "gpt-4o"; the models are `qwen3-8b`: write one of them [known-model-name]',
    ],
  ],
  [
    'no name where there are several models',
    { models: two, batch: lines },
    [
      'batch: `model` is missing: of several models (`qwen3-8b`, `qwen3-4b`) one answers the lines, write its name [known-model-name]',
    ],
  ],
  [
    'files alone',
    { traffic: {}, batch: lines },
    [
      'batch: stands without `traffic`: machines for files alone, without gateway, balancer and database, are not built yet. Write the load of your tests too, such as `traffic: {requestsPerMonth: 1000}`; with `architecture: scaled` files have machines of their own [batch-scope]',
    ],
  ],
  [
    'machines of their own beside one machine',
    { batch: { ...lines, fleet: 'dedicated' } },
    [
      'batch.fleet: got `dedicated`, and a single server has one machine: leave it out, or write `architecture: scaled` [batch-scope]',
    ],
  ],
  [
    'machines of their own for a model of the cloud',
    { ...scaled, models: [nova], batch: { ...lines, fleet: 'dedicated' } },
    [
      'batch.fleet: got `dedicated`, and amazon.nova-lite-v1-0 is run by the cloud, so there is no machine to dedicate: leave it out [batch-scope]',
    ],
  ],
  [
    'the idle room of a fleet',
    { ...scaled, batch: { ...lines, fleet: 'shared' } },
    [
      'batch.fleet: got `shared`, and the gateways of a fleet are not told how busy its machines are, so files would take the room of users: leave it out, which gives files machines that come and go with the queue [batch-scope]',
    ],
  ],
  [
    'a model with versions on machines of its own',
    {
      ...scaled,
      models: [
        {
          name: 'chat',
          versions: [
            { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 90 },
            { name: 'new', source: 'Qwen/Qwen3-4B', weightPercent: 10 },
          ],
        },
      ],
      batch: lines,
    },
    [
      'batch.fleet: chat has 2 versions, and a file is answered by one: add a model with the `source` of the version that answers files, and name it here [batch-scope]',
    ],
  ],
  [
    'fields of own machines on a single server',
    { batch: { ...lines, startAt: '22:00', deadlineHours: 8, purchase: 'spot' } },
    [
      'batch.startAt: a single server has one machine, whose worker takes what users leave idle at any hour: put the files when work may begin, or write `architecture: scaled` [cannot]',
      'batch.purchase: has no meaning with `fleet: shared`, which works whenever users leave room, on machines that are there anyway: remove it [unused-field]',
    ],
  ],
  [
    'what only the gateway does',
    { ...scaled, gateway: { piiMasking: true }, batch: lines },
    [
      'batch: lines are sent from their own machines straight to the engine, past `gateway.piiMasking`: mask files before they are put, in a deployment of their own without it [batch-scope]',
    ],
  ],
  [
    'a start of each day for work that lasts into the next',
    { ...scaled, batch: { ...lines, startAt: '22:00' } },
    [
      'batch.startAt: has no meaning with `deadlineHours: 24`, which lasts into the next day: write less than 24, or remove it [unused-field]',
    ],
  ],
  [
    'answers of a model that embeds',
    {
      models: [{ source: 'Qwen/Qwen3-Embedding-0.6B' }],
      batch: { ...lines, outputTokens: 10 },
    },
    [
      'batch.outputTokens: has no meaning for qwen3-embedding-0.6b, which answers with an embedding: remove it [unused-field]',
    ],
  ],
  [
    'one bucket for files and answers',
    { batch: { ...lines, inputBucket: 'ours', outputBucket: 'ours' } },
    [
      'batch.outputBucket: is `inputBucket` too, where each answer would be a new job: name another bucket [unused-field]',
    ],
  ],
  [
    'thresholds of a queue that is not there',
    { monitoring: { thresholds: { 'queue-age': 1, 'dead-letters': 1 } } },
    [
      'monitoring.thresholds.queue-age: has no meaning here: there is no `batch`; remove it [unused-field]',
      'monitoring.thresholds.dead-letters: has no meaning here: there is no `batch`; remove it [unused-field]',
    ],
  ],
];

describe('files of requests', () => {
  it.each(accepted)('may have %s', (_, changes) => {
    expect(problems(changes)).toEqual([]);
  });

  it.each(refused)('may not have %s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });

  it('refuses machines that another cloud queues for', () => {
    const changes = {
      ...scaled,
      batch: { ...lines, purchase: 'flex-start' },
    } as unknown as Partial<Deployment>;
    expect(problems(changes)).toEqual([
      'batch.purchase: got "flex-start": machines that wait in a queue for GPUs are sold by Google Cloud: write `spot` or `on-demand` [cannot]',
    ]);
  });
});
