import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { images } from '../../lib/catalog/images';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { bundle } from '../../lib/runtime/bundle';
import { exampleModels, examplePlan } from './example-plan';
import declared from './litellm-keys.json';
import { severalModels } from './several-models';

interface GatewayConfig {
  model_list: {
    model_name: string;
    litellm_params: Record<string, unknown>;
    model_info: Record<string, unknown>;
  }[];
  router_settings: Record<string, unknown>;
  litellm_settings: Record<string, unknown>;
  general_settings: Record<string, unknown>;
  guardrails?: { guardrail_name: string; litellm_params: Record<string, unknown> }[];
}

const text = (plan: SingleServerPlan) =>
  bundle(plan, 'aws').files.find(({ path }) => path === 'litellm.yaml')?.content ?? '';
// as LiteLLM reads it: YAML 1.1
const config = (plan = examplePlan()): GatewayConfig => parse(text(plan), { version: '1.1' });

/** Plans that between them use every key there is. */
const plans: Record<string, SingleServerPlan> = {
  plain: examplePlan(),
  'all options': examplePlan({
    models: exampleModels({ copies: 2, rateLimit: { requestsPerMinute: 100, tokensPerMinute: 50000 } }),
    gateway: {
      aliases: { 'gpt-4o': 'qwen3-8b' },
      keyLimits: { requestsPerMinute: 60, tokensPerMinute: 1000, budgetUsdPerMonth: 20 },
      responseCacheTtlSeconds: 3600,
      promptRetentionDays: 30,
    },
  }),
  'managed data': examplePlan({ database: { postgres: 'managed' }, cache: { valkey: 'managed' } }),
  'no cache': examplePlan({ cache: { valkey: 'none' } }),
  'several models': severalModels(),
  embedding: examplePlan({ models: exampleModels({ task: 'embedding' }) }),
};

/** Read by the proxy though declared nowhere: found in its code at this version. */
const readThoughUndeclared: Record<string, string[]> = {
  general_settings: declared.undeclared.general_settings,
  litellm_settings: declared.undeclared.litellm_settings,
  litellm_params: declared.undeclared.litellm_params,
  model_info: ['mode', 'max_input_tokens'],
};

const unknownKeys = (section: keyof typeof declared, value: object) => {
  const known = new Set([...(declared[section] as string[]), ...(readThoughUndeclared[section] ?? [])]);
  return Object.keys(value).filter((key) => !known.has(key));
};

describe('gateway configuration', () => {
  it('is checked against the keys of the very version that is shipped', () => {
    expect(images.gateway.reference).toContain(declared.version);
  });

  it.each(Object.entries(plans))('has only keys that LiteLLM declares: %s', (_, plan) => {
    const { model_list, router_settings, litellm_settings, general_settings, guardrails, ...rest } =
      config(plan);
    expect(rest).toEqual({});
    for (const guardrail of guardrails ?? []) {
      expect(unknownKeys('guardrail', guardrail)).toEqual([]);
      expect(unknownKeys('guardrail_params', guardrail.litellm_params)).toEqual([]);
      const { pii_entities_config: entities = {} } = guardrail.litellm_params;
      expect(unknownKeys('pii_entities', entities as object)).toEqual([]);
    }
    for (const group of (router_settings.routing_groups ?? []) as object[])
      expect(unknownKeys('routing_group', group)).toEqual([]);
    expect(unknownKeys('router_settings', router_settings)).toEqual([]);
    expect(unknownKeys('general_settings', general_settings)).toEqual([]);
    expect(unknownKeys('litellm_settings', litellm_settings)).toEqual([]);
    expect(unknownKeys('cache_params', (litellm_settings.cache_params ?? {}) as object)).toEqual([]);
    expect(unknownKeys('retry_policy', router_settings.retry_policy as object)).toEqual([]);
    const keyDefaults = litellm_settings.default_key_generate_params as object;
    expect(unknownKeys('default_key_generate_params', keyDefaults)).toEqual([]);
    for (const { litellm_params, model_info } of model_list) {
      // an unknown one is sent to the engine in every request
      expect(unknownKeys('litellm_params', litellm_params)).toEqual([]);
      expect(unknownKeys('model_info', model_info)).toEqual([]);
      const router = (litellm_params.complexity_router_config ?? {}) as object;
      expect(unknownKeys('complexity_router_config', router)).toEqual([]);
    }
  });

  it('would notice a misspelt key', () => {
    expect(unknownKeys('litellm_params', { stream_timeot: 3 })).toEqual(['stream_timeot']);
  });

  it('has a deployment for each copy, with a share of the limits of the model', () => {
    const models = exampleModels(
      { name: 'chat', copies: 2, rateLimit: { requestsPerMinute: 101 } },
      { name: 'embed', task: 'embedding', copies: 1 },
    );
    const { model_list, router_settings } = config(examplePlan({ models }));
    expect(
      model_list.map(({ model_name, litellm_params, model_info }) => [
        model_name,
        litellm_params.model,
        litellm_params.api_base,
        litellm_params.rpm,
        model_info.mode,
      ]),
    ).toEqual([
      ['chat', 'hosted_vllm/chat', 'http://engine-chat-0:8000/v1', 50, 'chat'],
      ['chat', 'hosted_vllm/chat', 'http://engine-chat-1:8000/v1', 50, 'chat'],
      ['embed', 'hosted_vllm/embed', 'http://engine-embed-0:8000/v1', undefined, 'embedding'],
    ]);
    // otherwise limits of a model are only weights
    expect(router_settings.optional_pre_call_checks).toEqual(['enforce_model_rate_limits']);
  });

  it('charges the plan price as a number, however small', () => {
    const cheap = config(examplePlan({ models: exampleModels({ usdPerMillionTokens: 0.1 }) }));
    expect(cheap.model_list[0]?.litellm_params.input_cost_per_token).toBe(1e-7);
    // PyYAML reads 1e-7 without a point as a text
    expect(text(examplePlan({ models: exampleModels({ usdPerMillionTokens: 0.1 }) }))).toContain(
      'input_cost_per_token: 1.0e-7\n',
    );
  });

  it('waits in the order of the plan and retries no timeout', () => {
    const { router_settings, litellm_settings, model_list } = config();
    expect(router_settings).toMatchObject({ timeout: 300, stream_timeout: 60, num_retries: 2 });
    expect(router_settings.retry_policy).toEqual({ TimeoutErrorRetries: 0 });
    expect(litellm_settings.request_timeout).toBe(300);
    expect(model_list[0]?.litellm_params).toMatchObject({ timeout: 300, stream_timeout: 60, max_retries: 0 });
  });

  it('cools a deployment down at once: shortly when it has no twin, longer when another can answer', () => {
    expect(config().router_settings).toMatchObject({ allowed_fails: 1, cooldown_time: 5 });
    const twins = examplePlan({ models: exampleModels({ copies: 2 }) });
    expect(config(twins).router_settings).toMatchObject({ allowed_fails: 1, cooldown_time: 30 });
  });

  it.each([
    ['shuffle', 'simple-shuffle'],
    ['least-busy', 'least-busy'],
    ['lowest-latency', 'latency-based-routing'],
    ['lowest-cost', 'cost-based-routing'],
  ] as const)('routes %s as %s', (routing, strategy) => {
    expect(config(examplePlan({ gateway: { routing } })).router_settings.routing_strategy).toBe(strategy);
  });

  it('shares limits through the cache in both places without caching answers', () => {
    const { router_settings, litellm_settings } = config();
    expect(router_settings.redis_host).toBe('os.environ/REDIS_HOST');
    expect(litellm_settings.cache).toBe(true);
    expect(litellm_settings.cache_params).toMatchObject({ type: 'redis', supported_call_types: [] });
  });

  it('caches answers for the time that the spec gives', () => {
    expect(config(plans['all options']).litellm_settings.cache_params).toMatchObject({
      ttl: 3600,
      supported_call_types: ['acompletion', 'atext_completion', 'aembedding'],
    });
  });

  it('reaches a managed cache over TLS and a missing one not at all', () => {
    const managed = config(plans['managed data']);
    expect(managed.router_settings.cache_kwargs).toEqual({ ssl: true });
    expect(managed.litellm_settings.cache_params).toMatchObject({ ssl: true });
    const without = config(plans['no cache']);
    expect(without.litellm_settings).not.toHaveProperty('cache');
    expect(without.router_settings).not.toHaveProperty('redis_host');
  });

  it('opens no more connections than the plan allows, over all workers', () => {
    const { general_settings } = config(
      examplePlan({ gateway: { workers: 3 }, database: { connectionLimit: 20 } }),
    );
    expect(general_settings.database_connection_pool_limit).toBe(6);
  });

  it('stores no prompt unless the spec says how long', () => {
    const none = config();
    expect(none.general_settings).toMatchObject({
      store_prompts_in_spend_logs: false,
      disable_error_logs: true,
      maximum_spend_logs_retention_period: '90d',
    });
    expect(none.litellm_settings.turn_off_message_logging).toBe(true);
    const month = config(plans['all options']);
    expect(month.general_settings).toMatchObject({
      store_prompts_in_spend_logs: true,
      maximum_spend_logs_retention_period: '30d',
    });
  });

  it('gives each new key the limits of the spec', () => {
    expect(config().litellm_settings.default_key_generate_params).toEqual({ rpm_limit: 120 });
    expect(config(plans['all options']).litellm_settings.default_key_generate_params).toEqual({
      rpm_limit: 60,
      tpm_limit: 1000,
      max_budget: 20,
      budget_duration: '30d',
    });
  });

  it('has an edge of its histograms at each limit of an alarm', () => {
    const edges = config().litellm_settings.prometheus_latency_buckets as number[];
    expect(edges).toEqual(expect.arrayContaining([1.5, 18]));
    expect(edges).toEqual([...edges].sort((a, b) => a - b));
  });

  it('keeps clients out of the labels of its metrics, and strangers out of the metrics', () => {
    const { prometheus_metrics_config, require_auth_for_metrics_endpoint } = config().litellm_settings;
    const labels = (prometheus_metrics_config as { include_labels: string[] }[]).flatMap(
      (one) => one.include_labels,
    );
    expect(labels).not.toContain('client_ip');
    expect(labels).not.toContain('user_agent');
    expect(require_auth_for_metrics_endpoint).toBe(true);
  });

  it('holds no secret: each one is read from the environment', () => {
    for (const match of text(examplePlan()).matchAll(/(?:api_key|master_key|password|database_url): (.*)/g)) {
      expect(match[1]).toMatch(/^os\.environ\/[A-Z_]+$/);
    }
  });
});
