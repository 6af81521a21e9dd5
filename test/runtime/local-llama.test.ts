import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type LlamaFlag, llamaServerFlags } from '../../lib/catalog/engine-flags';
import { localImages } from '../../lib/catalog/images';
import type { ModelDecision, SingleServerPlan } from '../../lib/plan/plan';
import { localBundle } from '../../lib/runtime/local/bundle';
import { differences } from '../../lib/runtime/local/differences';
import { llamaCommand, llamaFlags } from '../../lib/runtime/local/llama/command';
import type { LlamaEngine } from '../../lib/runtime/local/llama/engine';
import type { LlamaForm } from '../../lib/runtime/local/llama/service';
import { exampleModel, exampleModels, examplePlan as withoutSpec } from './example-plan';
import declared from './litellm-keys.json';
import { LocalFolder } from './local-folder';
import { canRunPrograms } from './sandbox';

const engine: LlamaEngine = {
  files: ['/models/qwen3-8b-q8_0.gguf'],
  kind: 'Qwen3 8B, q8_0',
  weightsGiB: 8.1,
  sequences: 4,
  contextTokens: 8192,
  batchTokens: 512,
  threads: 6,
  promptCacheMiB: 2304,
  checkpoints: 4,
  memoryLimitMiB: 17_000,
};
const form: LlamaForm = { engine: 'llama.cpp', engines: { 'qwen3-8b': engine } };
const monitored: LlamaForm = { ...form, monitoring: true };
/** With the part of the spec that says where images come from. */
const examplePlan = (...given: Parameters<typeof withoutSpec>): SingleServerPlan => {
  const plan = withoutSpec(...given);
  return { ...plan, spec: { ...plan.spec, images: {} } };
};
const text = (path: string, used = form, plan = examplePlan()) =>
  localBundle(plan, used).find((file) => file.path === path)?.content ?? '';
// biome-ignore lint/suspicious/noExplicitAny: foreign formats, of which tests look at single values
const read = (path: string, used = form, plan = examplePlan()): any =>
  parse(text(path, used, plan), { version: '1.1' });
const service = (used = form, plan = examplePlan()) =>
  read('compose.yaml', used, plan).services['engine-qwen3-8b-0'];

const command = (model: Partial<ModelDecision> = {}, changes: Partial<LlamaEngine> = {}) =>
  llamaCommand({ ...exampleModel, ...model }, { ...engine, ...changes }, examplePlan().decisions.timeouts);
const argumentOf = (words: string[], flag: string) => words[words.indexOf(flag) + 1];

const known = new Map<string, LlamaFlag>(llamaServerFlags().map((one) => [`--${one.flag}`, one]));
const variants: Record<string, Partial<ModelDecision>> = {
  plain: {},
  embedding: { task: 'embedding' },
  'without prefix caching': { prefixCaching: false },
};

describe('llama-server', () => {
  it('is checked against the flags of the very build that is shipped', () => {
    expect(localImages.llamaCpp.reference).toBe('ghcr.io/ggml-org/llama.cpp:server-b11312');
    expect(llamaServerFlags()[0]?.source).toContain('(build b11312)');
  });

  it('would notice a flag that does not exist, or one too many values', () => {
    expect(known.has('--no-mmap')).toBe(false);
    expect(known.get('--metrics')?.takesValue).toBe(false);
    expect(known.get('--ctx-size')?.takesValue).toBe(true);
  });

  it.each(Object.entries(variants))('knows every flag by its exact name: %s', (_, model) => {
    const words = command(model);
    for (let index = 0; index < words.length; index++) {
      const flag = known.get(words[index] as string);
      expect(flag, words[index]).toBeDefined();
      if (!flag?.takesValue) continue;
      index += 1;
      expect(words[index], flag.flag).not.toMatch(/^--/);
      if (flag.choices) expect(flag.choices, flag.flag).toContain(words[index]);
    }
  });

  it('knows every flag that some model has', () => {
    expect(Object.keys(llamaFlags).filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('gives each sequence the context of the plan', () => {
    expect(argumentOf(command(), '--ctx-size')).toBe(String(4 * 8192));
    expect(argumentOf(command(), '--parallel')).toBe('4');
    expect(command()).toContain('--no-kv-unified');
  });

  it('serves under the name that the gateway asks for, and shows no more than it must', () => {
    expect(argumentOf(command(), '--alias')).toBe('qwen3-8b');
    expect(command()).toEqual(expect.arrayContaining(['--metrics', '--no-slots', '--no-ui', '--offline']));
    expect(argumentOf(command(), '--cors-origins')).toBe('localhost');
    expect(command().join(' ')).not.toMatch(/api-key/);
  });

  it('embeds where the model does, and writes otherwise', () => {
    expect(command({ task: 'embedding' })).toContain('--embeddings');
    expect(command()).not.toContain('--embeddings');
  });

  it('reuses prefixes within the memory that was counted for them', () => {
    expect(argumentOf(command(), '--cache-ram')).toBe('2304');
    expect(command()).not.toContain('--no-cache-prompt');
    expect(command({ prefixCaching: false }, { promptCacheMiB: 0 })).toContain('--no-cache-prompt');
  });

  it('waits longer than the gateway, which gives up first', () => {
    expect(Number(argumentOf(command(), '--timeout'))).toBeGreaterThan(300);
  });
});

describe('the folder with llama.cpp', () => {
  it('starts one server a model, of the pinned image, within its memory', () => {
    const plan = examplePlan({ models: exampleModels({ copies: 2, tensorParallel: 2 }) });
    const engines = Object.keys(read('compose.yaml', form, plan).services).filter((name) =>
      name.startsWith('engine-'),
    );
    expect(engines).toEqual(['engine-qwen3-8b-0']);
    expect(service(form, plan)).toMatchObject({
      image: 'ghcr.io/ggml-org/llama.cpp:server-b11312',
      cap_drop: ['ALL'],
      entrypoint: ['/bin/sh', '/llm/enter.sh', '/app/llama-server'],
      mem_limit: '17000m',
      memswap_limit: '17000m',
      ports: ['127.0.0.1:8100:8000'],
      restart: 'unless-stopped',
    });
  });

  it('takes the image from the mirror of the spec', () => {
    const plan = examplePlan();
    const mirrored = { ...plan, spec: { ...plan.spec, images: { registry: 'my.registry/x' } } };
    expect(service(form, mirrored as SingleServerPlan).image).toBe(
      'my.registry/x/ggml-org/llama.cpp:server-b11312',
    );
  });

  it('downloads nothing and asks for no GPU', () => {
    const all = read('compose.yaml').services;
    expect(Object.keys(all).filter((name) => name.startsWith('weights-'))).toEqual([]);
    expect(text('compose.yaml')).not.toContain('nvidia');
    expect(localBundle(examplePlan(), form).map(({ path }) => path)).not.toContain('hub_download.py');
  });

  it('asks for the health of the container with what the image has', () => {
    const { test, start_period } = service().healthcheck;
    expect(test.slice(0, 2)).toEqual(['CMD', 'curl']);
    expect(test.at(-1)).toBe('http://127.0.0.1:8000/health');
    expect(start_period).toBe('1020s');
  });

  it('stops the gateway before the engine, which cuts what it writes', () => {
    const { gateway } = read('compose.yaml').services;
    expect(gateway.depends_on['engine-qwen3-8b-0']).toEqual({ condition: 'service_started' });
  });

  it('keeps names with a dollar sign from compose', () => {
    const odd = { ...engine, files: ['/models/$HOME/a.gguf'] };
    const { volumes } = service({ ...form, engines: { 'qwen3-8b': odd } });
    expect(volumes.at(-1)).toMatchObject({ source: '/models/$$HOME/a.gguf', target: '/weights/a.gguf' });
  });

  it('configures the gateway as in the cloud, but for silences, workers and what 500 means', () => {
    const plan = examplePlan({ gateway: { workers: 6 } });
    const config = read('litellm.yaml', form, plan);
    const vllm = parse(
      localBundle(plan, { engine: 'vllm' }).find(({ path }) => path === 'litellm.yaml')?.content ?? '',
      { version: '1.1' },
    );
    expect(config.router_settings).toMatchObject({
      stream_timeout: 300,
      allowed_fails_policy: { InternalServerErrorAllowedFails: 1_000_000 },
    });
    const { stream_timeout: _, allowed_fails_policy: __, ...rest } = config.router_settings;
    const { stream_timeout: ___, ...before } = vllm.router_settings;
    expect(rest).toEqual(before);
    expect(config.litellm_settings).toEqual(vllm.litellm_settings);
    expect(config.model_list[0].litellm_params.stream_timeout).toBe(300);
    expect(argumentOf(read('compose.yaml', form, plan).services.gateway.command, '--num_workers')).toBe('2');
  });

  it('writes no key that LiteLLM ignores', () => {
    const keys = Object.keys(read('litellm.yaml').router_settings);
    expect(keys.filter((key) => !declared.router_settings.includes(key))).toEqual([]);
  });

  it('says what is otherwise: the speed, the file, the queue', () => {
    const rows = differences(examplePlan(), form).map(({ what, here }) => `${what} -> ${here}`);
    expect(rows[0]).toMatch(
      /g6\.12xlarge with 1 x L4 -> this machine without a GPU: 6 threads, up to 16\.6 GiB/,
    );
    expect(rows).toContain(
      'qwen3-8b: Qwen/Qwen3-8B -> qwen3-8b-q8_0.gguf, which says that it is Qwen3 8B, q8_0, 8.1 GiB',
    );
    expect(rows).toContain(
      'qwen3-8b: 64 sequences at once, 192 requests before it answers 503 -> 4 at once with 8192 tokens each; the others wait without a bound, until the time limit of an answer',
    );
    expect(text('README.md')).toContain('leave it there');
    expect(text('README.md')).toContain('$(cat secrets/engine_key)');
  });
});

describe('the folder with llama.cpp and monitoring', () => {
  it('scrapes the engine with its key, which Prometheus can read', () => {
    const { scrape_configs: jobs } = read('prometheus.yaml', monitored);
    const [, engines] = jobs;
    expect(engines.authorization).toEqual({
      type: 'Bearer',
      credentials_file: '/run/secrets/engine_key',
    });
    const { volumes } = read('compose.yaml', monitored).services.prometheus;
    expect(volumes).toContainEqual(
      expect.objectContaining({ source: './secrets/metrics_key', target: '/run/secrets/engine_key' }),
    );
  });

  it('has neither alarm nor graph of what llama.cpp does not tell', () => {
    for (const name of ['alerts.yaml', 'dashboard.json'])
      expect(text(name, monitored)).not.toMatch(/llm_kv_cache_percent|llm_gpu_|vllm:/);
    expect(text('dashboard.json', monitored)).toContain('llamacpp:requests_deferred');
  });

  it('tells signals.py what the series of vLLM are called here', () => {
    const { engineSeries, host, engines } = JSON.parse(text('signals.json', monitored));
    expect(engineSeries['llamacpp:requests_deferred']).toEqual(['vllm:num_requests_waiting']);
    expect(host).toEqual(['disk']);
    expect(engines[0]).toMatchObject({ service: 'engine-qwen3-8b-0', sequencesInFlight: 4 });
  });
});

describe.skipIf(!canRunPrograms)('secrets.sh with llama.cpp', () => {
  let folder: LocalFolder;
  afterEach(() => folder.remove());

  it('gives the engine its key under its own name, and asks for no token of the hub', () => {
    const models = exampleModels({ gated: true });
    folder = new LocalFolder(examplePlan({ models }), monitored);
    expect(folder.secrets()).toMatchObject({ status: 0, stderr: '' });
    const key = folder.read('secrets/engine_key');
    expect(folder.read('secrets/engine.env')).toBe(`LLAMA_API_KEY='${key}'\n`);
    expect(folder.read('secrets/metrics_key')).toBe(key);
    expect(folder.mode('secrets/metrics_key')).toBe('644');
  });
});
