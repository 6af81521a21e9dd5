import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { localBundle } from '../../lib/runtime/local/bundle';
import { differences } from '../../lib/runtime/local/differences';
import type { LocalForm } from '../../lib/runtime/local/form';
import { withSimulatedCloud } from '../../lib/runtime/local/simulated-cloud';
import { exampleModels, examplePlan } from './example-plan';
import { type Engine, LocalFolder } from './local-folder';
import { canRunPrograms } from './sandbox';
import { adapter, managedModel, severalModels, versions } from './several-models';

interface Service {
  command: string[];
  volumes: { type: string; source: string; target: string }[];
  depends_on?: Record<string, { condition: string }>;
}

const vllm: LocalForm = { engine: 'vllm' };
const simulated: LocalForm = { engine: 'simulated' };
const fromHub = () => {
  const plan = severalModels();
  const models = plan.decisions.models.map((model) => ({
    ...model,
    adapters: model.adapters.slice(0, 1),
  }));
  return { ...plan, decisions: { ...plan.decisions, models } };
};
const text = (path: string, form: LocalForm, plan: SingleServerPlan) =>
  localBundle(plan, form).find((file) => file.path === path)?.content ?? '';
const services = (form: LocalForm, plan: SingleServerPlan): Record<string, Service> =>
  parse(text('compose.yaml', form, plan)).services;
const mounted = (service: Service | undefined, targets: RegExp) =>
  service?.volumes
    .filter(({ target }) => targets.test(target))
    .map(({ type, source, target }) => [type, source, target]);

describe('several models on a machine of your own', () => {
  it('are downloaded once for each revision, adapters too, before their engines start', () => {
    const all = services(vllm, fromHub());
    expect(Object.keys(all).filter((name) => /^(weights|adapter)-/.test(name))).toEqual([
      'weights-chat-old',
      // the weights of `small` as well
      'weights-chat-new',
      'adapter-hr',
    ]);
    const small = all['engine-small-0'];
    expect(mounted(small, /^\/(weights|adapters)/)).toEqual([
      ['volume', 'weights-qwen-qwen3-4b-b968826d9c46dd6066d109eabc6255188de91218', '/weights'],
      ['volume', 'weights-acme-hr-lora-v1', '/adapters/0'],
    ]);
    expect(Object.keys(small?.depends_on ?? {})).toEqual(['weights-chat-new', 'adapter-hr']);
    expect(all['adapter-hr']?.command[0]).toContain("hub_download.py 'acme/hr-lora' 'v1'");
  });

  it('are read from a folder each when weights are given, versions and adapters too', () => {
    const form: LocalForm = { engine: 'vllm', weights: '/data/weights' };
    const all = services(form, severalModels());
    expect(mounted(all['engine-chat-old-1'], /^\/(weights|adapters)/)).toEqual([
      ['bind', '/data/weights/chat-old', '/weights'],
    ]);
    expect(mounted(all['engine-small-0'], /^\/(weights|adapters)/)).toEqual([
      ['bind', '/data/weights/small', '/weights'],
      ['bind', '/data/weights/adapters/hr', '/adapters/0'],
      ['bind', '/data/weights/adapters/legal', '/adapters/1'],
    ]);
    expect(Object.keys(all).filter((name) => /^(weights|adapter)-/.test(name))).toEqual([]);
  });

  it('with an adapter in a bucket need a folder, since nothing here may read the bucket', () => {
    expect(() => localBundle(severalModels(), vllm)).toThrow(/s3:\/\/acme\/lora .* give --weights/);
  });

  it('need the hook of the degraded answer, and the containers that mask', () => {
    for (const form of [vllm, simulated]) {
      expect(text('degraded_answer.py', form, fromHub())).toContain("DEGRADED = 'degraded-answer'");
      expect(Object.keys(services(form, fromHub()))).toEqual(
        expect.arrayContaining(['pii-analyzer', 'pii-anonymizer']),
      );
    }
  });

  it('name the page of every adapter where the hub wants a token', () => {
    const models = exampleModels({ gated: true, adapters: [adapter('hr')], adapterRank: 64 });
    expect(text('secrets.sh', vllm, examplePlan({ models }))).toContain(
      'https://huggingface.co/Qwen/Qwen3-8B and https://huggingface.co/acme/hr-lora',
    );
  });
});

describe('models of the cloud on a machine of your own', () => {
  it('are simulated beside simulated engines, at their mean price, so that nothing leaves the machine', () => {
    const all = services(simulated, severalModels());
    const command = all['engine-nova-0']?.command ?? [];
    const option = (name: string) => command[command.indexOf(name) + 1];
    expect([option('--model'), option('--ttft-ms'), option('--inter-token-ms')]).toEqual([
      'nova',
      '600',
      '12',
    ]);
    const config = text('litellm.yaml', simulated, severalModels());
    expect(config).not.toMatch(/bedrock|aws_/);
    const { models, managedModels, machine } = withSimulatedCloud(severalModels()).decisions;
    expect([models.map(({ name }) => name), managedModels, machine.gpuCount]).toEqual([
      ['chat', 'chat', 'small', 'nova'],
      [],
      5,
    ]);
    // 1,000 tokens in at 0.06 and 500 out at 0.24
    expect(models.at(-1)?.usdPerMillionTokens).toBeCloseTo(0.12, 12);
  });

  it('are called by keys that secrets.sh is given, and are told of as a difference', () => {
    const config = text('litellm.yaml', vllm, fromHub());
    expect(config).toContain('model: bedrock/converse/eu.amazon.nova-lite-v1:0');
    expect(differences(fromHub(), vllm)).toContainEqual({
      what: 'nova on Amazon Bedrock, by the identity of the machine',
      here: 'the same, by the AWS keys that secrets.sh is given: requests to them leave this machine and cost money',
    });
    expect(differences(fromHub(), simulated).map(({ what }) => what)).toContain('nova on Amazon Bedrock');
    expect(text('README.md', vllm, fromHub())).toContain(
      'AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... sh secrets.sh',
    );
  });
});

describe.skipIf(!canRunPrograms)('secrets.sh with models of the cloud', () => {
  let folder: LocalFolder;
  afterEach(() => folder.remove());
  const plan = examplePlan({ managedModels: [managedModel()] });
  const gateway = () => folder.read('secrets/gateway.env');
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a/b+c=' };

  it('gives the gateway the AWS keys, and keeps them', () => {
    folder = new LocalFolder(plan, vllm);
    expect(folder.secrets(keys)).toMatchObject({ status: 0, stderr: '' });
    expect(gateway()).toMatch(/\nAWS_ACCESS_KEY_ID='AKIAEXAMPLE'\nAWS_SECRET_ACCESS_KEY='a\/b\+c='\n$/);
    expect(folder.mode('secrets/cloud.env')).toBe('600');
    const before = gateway();
    expect(folder.secrets().status).toBe(0);
    expect(gateway()).toBe(before);
  });

  it('goes on without them, and says which models will not answer', () => {
    folder = new LocalFolder(plan, vllm);
    const { status, stderr } = folder.secrets();
    expect(status).toBe(0);
    expect(stderr).toContain('nova: no answer without AWS keys');
    expect(gateway()).not.toContain('AWS_');
  });

  it('refuses a key that a shell would read otherwise', () => {
    folder = new LocalFolder(plan, vllm);
    const { status, stderr } = folder.secrets({ ...keys, AWS_SECRET_ACCESS_KEY: "a'b" });
    expect(status).toBe(1);
    expect(stderr).toContain('AWS_SECRET_ACCESS_KEY holds more than letters');
  });

  it('wants no AWS keys without such models', () => {
    folder = new LocalFolder(examplePlan({ models: versions() }), vllm);
    expect(folder.secrets()).toMatchObject({ status: 0, stderr: '' });
  });
});

describe.skipIf(!canRunPrograms)('the simulated engine with adapters', () => {
  let folder: LocalFolder;
  let engine: Engine;
  afterEach(() => folder.remove());

  it('answers under the names of its model and adapters, and under no other', async () => {
    folder = new LocalFolder(examplePlan(), simulated);
    engine = await folder.simulate(
      {
        model: 'small',
        adapter: 'hr',
        task: 'chat',
        'ttft-ms': 1,
        'inter-token-ms': 1,
        'sequences-in-flight': 4,
        'max-sequences': 4,
        'max-queued-requests': 6,
        'max-context': 1000,
        'kv-cache-tokens': 2000,
        'answer-tokens': 4,
        'embedding-width': 8,
        'keep-alive-seconds': 30,
        'stop-seconds': 20,
      },
      { VLLM_API_KEY: 'engine-key' },
    );
    const headers = { authorization: 'Bearer engine-key', 'content-type': 'application/json' };
    const listed = await fetch(`${engine.url}/v1/models`, { headers });
    const { data } = (await listed.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['small', 'hr']);
    const ask = async (model: string) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] });
      const answer = await fetch(`${engine.url}/v1/chat/completions`, { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as { model?: string }).model];
    };
    expect([await ask('small'), await ask('hr'), await ask('legal')]).toEqual([
      [200, 'small'],
      [200, 'hr'],
      [404, undefined],
    ]);
  });
});
