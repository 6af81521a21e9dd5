import { describe, expect, it } from 'vitest';
import { defineDeployment } from '../../lib/spec/define';
import { parseDeployment, parseSpec } from '../../lib/spec/parse';
import { issuesOf, smallest } from './problems';

const minimal = `name: hr-chatbot
cloud: aws
region: us-east-1
models: [Qwen/Qwen3-8B]
traffic: {concurrentUsers: 150}
`;

describe('parsing', () => {
  it('reads the five lines that suffice and fills in every literal default', () => {
    expect(parseSpec(minimal).spec).toMatchInlineSnapshot(`
      {
        "account": {},
        "cache": {},
        "capacity": {
          "purchase": "on-demand",
        },
        "cloud": "aws",
        "database": {},
        "environment": "prod",
        "gateway": {
          "aliases": {},
          "guardrail": false,
          "keyLimits": {},
          "promptRetentionDays": 0,
          "retries": 2,
          "routing": "shuffle",
          "timeoutSeconds": 300,
        },
        "images": {},
        "modelStore": {
          "import": "job",
          "keepRevisions": 2,
        },
        "models": [
          {
            "engine": "vllm",
            "engineArgs": {},
            "kvCacheDtype": "auto",
            "name": "qwen3-8b",
            "prefixCaching": true,
            "quantization": "none",
            "source": "Qwen/Qwen3-8B",
          },
        ],
        "monitoring": {
          "notify": {
            "emails": [],
          },
          "thresholds": {},
        },
        "name": "hr-chatbot",
        "network": {
          "tls": "required",
        },
        "regions": [
          "us-east-1",
        ],
        "reliability": {},
        "security": {
          "compliance": [],
          "ipRequestsPerMinute": 600,
        },
        "tags": {},
        "traffic": {
          "concurrentUsers": 150,
          "peakFactor": 3,
          "requestsPerUserPerMinute": 1,
          "slo": {
            "interTokenMs": 100,
            "ttftMs": 2000,
          },
        },
        "version": 1,
      }
    `);
  });

  it('expands every short form', () => {
    const short = parseDeployment({
      ...smallest,
      models: { source: 'meta-llama/Llama-3.1-8B-Instruct', gpu: 'L40S' },
      database: 'managed',
      cache: 'none',
      monitoring: { notify: 'ops@example.com' },
      budget: { monthlyUsd: 100, alertAtPercent: 90 },
      network: { zones: ['us-east-1a', 'us-east-1b'] },
    });
    const long = parseDeployment({
      ...smallest,
      region: undefined,
      regions: ['us-east-1'],
      models: [{ name: 'llama-3.1-8b-instruct', source: 'meta-llama/Llama-3.1-8B-Instruct', gpu: ['L40S'] }],
      database: { postgres: 'managed' },
      cache: { valkey: 'none' },
      monitoring: { notify: { emails: ['ops@example.com'] } },
      budget: { monthlyUsd: 100, alertAtPercent: [90] },
      network: { zones: ['us-east-1a', 'us-east-1b'] },
    });
    expect(short).toEqual(long);
    expect(short.spec.models[0].name).toBe('llama-3.1-8b-instruct');
  });

  it.each([
    ['Qwen/Qwen3-8B', 'qwen3-8b'],
    ['s3://my-bucket/models/My_Model/', 'my_model'],
    ['acme/Model.v2', 'model.v2'],
  ])('names %s after the last part of its source', (source, name) => {
    const models = [{ source, baseModel: 'Qwen/Qwen3-14B' }];
    expect(parseDeployment({ ...smallest, models }).spec.models[0].name).toBe(name);
  });

  it('writes GPUs and models by their names in the catalogue', () => {
    const models = [{ source: 'qwen/qwen3-8b', gpu: ['h100', 'L40S'] }];
    const [model] = parseDeployment({ ...smallest, models }).spec.models;
    expect(model.source).toBe('Qwen/Qwen3-8B');
    expect(model.gpu).toEqual(['H100-80GB', 'L40S']);
  });

  it('writes regions by the name of the cloud', () => {
    expect(parseDeployment({ ...smallest, region: 'Frankfurt' }).spec.regions).toEqual(['eu-central-1']);
  });

  it('tells line and column of what was written, in short forms too', () => {
    const text = `name: ab
cloud: aws
region: mars-north
models:
  - source: Qwen/Qwen3-8B
    gpu: H10O
traffic:
  concurrentUsers: 0
  extra: 1
monitoring: {notify: nobody}
`;
    const places = issuesOf(() => parseSpec(text)).map(
      ({ path, line, column }) => `${path} ${line}:${column}`,
    );
    expect(places).toEqual([
      'region 3:1',
      'traffic.concurrentUsers 8:3',
      'traffic.extra 9:3',
      'monitoring.notify 10:14',
    ]);
  });

  it('prints the file before line and column', () => {
    expect(() => parseSpec('name: A\n', { file: 'specs/llm.yaml' })).toThrow(
      /^5 problems in specs\/llm\.yaml\n {2}name \(specs\/llm\.yaml:1:1\)/,
    );
  });

  it('warns of a base model that is not needed', () => {
    const models = [{ source: 'Qwen/Qwen3-8B', baseModel: 'Qwen/Qwen3-14B' }];
    expect(parseDeployment({ ...smallest, models }).warnings).toEqual([
      {
        path: 'models[0].baseModel',
        rule: 'known-geometry',
        message: 'is not needed: the catalogue knows Qwen/Qwen3-8B itself, and its shape is used',
      },
    ]);
  });

  it('leaves the object that it reads as it was', () => {
    const spec = structuredClone(smallest);
    parseDeployment(Object.freeze(spec));
    expect(spec).toEqual(smallest);
  });

  it('gives fresh defaults each time', () => {
    const [one, two] = [parseDeployment(smallest).spec, parseDeployment(smallest).spec];
    expect(one.tags).not.toBe(two.tags);
    expect(one.monitoring.notify.emails).not.toBe(two.monitoring.notify.emails);
  });

  it('defineDeployment gives back what it was given', () => {
    const spec = { name: 'ab', cloud: 'aws' as const, region: 'us-east-1', models: ['Qwen/Qwen3-8B'] };
    expect(defineDeployment(spec)).toBe(spec);
  });
});
