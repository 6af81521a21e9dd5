import { describe, expect, it } from 'vitest';
import type { ModelDecision } from '../../lib/plan/plan';
import { litellmSettings } from '../../lib/runtime/litellm-config';
import { piiEntities } from '../../lib/spec/pii-entities';
import { exampleModels, examplePlan } from './example-plan';
import declared from './litellm-keys.json';
import { adapter, managedModel, severalModels, versions } from './several-models';

interface Deployment {
  model_name: string;
  litellm_params: Record<string, unknown>;
  model_info: Record<string, unknown>;
}

const deploymentsOf = (plan = severalModels()) => litellmSettings(plan).model_list as Deployment[];
const deployment = (id: string, plan = severalModels()) =>
  deploymentsOf(plan).find(({ model_info }) => model_info.id === id) as Deployment;
const router = (plan = severalModels()) => litellmSettings(plan).router_settings as Record<string, unknown>;

describe('versions of a model', () => {
  it('share its name by weight, each weight dealt to the copies', () => {
    const rows = deploymentsOf(examplePlan({ models: versions() })).map(
      ({ model_name, litellm_params, model_info }) => [
        model_info.id,
        model_name,
        litellm_params.model,
        litellm_params.api_base,
        litellm_params.weight,
      ],
    );
    expect(rows).toEqual([
      ['engine-chat-old-0', 'chat', 'hosted_vllm/chat', 'http://engine-chat-old-0:8000/v1', 45],
      ['engine-chat-old-1', 'chat', 'hosted_vllm/chat', 'http://engine-chat-old-1:8000/v1', 45],
      ['engine-chat-new-0', 'chat', 'hosted_vllm/chat', 'http://engine-chat-new-0:8000/v1', 10],
    ]);
  });

  it('share its limits by weight', () => {
    const limits = ['old-0', 'old-1', 'new-0'].map((id) => {
      const { rpm, tpm } = deployment(`engine-chat-${id}`).litellm_params;
      return [rpm, tpm];
    });
    expect(limits).toEqual([
      [450, 45_000],
      [450, 45_000],
      [100, 10_000],
    ]);
  });

  it('have no digits of binary arithmetic in their weights', () => {
    const models = versions().map((model) => ({ ...model, weightPercent: 33.3, copies: 1 }));
    const weights = deploymentsOf(examplePlan({ models })).map(({ litellm_params }) => litellm_params.weight);
    expect(weights).toEqual([33.3, 33.3]);
  });

  it('keep the one strategy that knows weights, whatever the others have', () => {
    expect(router().routing_strategy).toBe('least-busy');
    expect(router().routing_groups).toEqual([
      { group_name: 'versions', models: ['chat'], routing_strategy: 'simple-shuffle' },
    ]);
    expect(router(severalModels({ gateway: { routing: 'shuffle' } }))).not.toHaveProperty('routing_groups');
  });
});

describe('a name with several engines', () => {
  it.each([
    ['two copies', exampleModels({ copies: 2 }), true],
    ['two versions', versions({ copies: 1 }), true],
    ['one copy each of two models', exampleModels({ name: 'a' }, { name: 'b' }), undefined],
  ])('asks one that has not failed after the retries: %s', (_, models, expected) => {
    expect(router(examplePlan({ models })).enable_weighted_failover).toBe(expected);
  });
});

describe('cooldowns', () => {
  const of = (models: ModelDecision[]) => router(examplePlan({ models }));

  it('are long where every name has another engine, short where one has none', () => {
    expect(of(versions({ copies: 1 }))).toMatchObject({ allowed_fails: 1, cooldown_time: 30 });
    expect(of([...versions(), ...exampleModels({ name: 'small' })])).toMatchObject({ cooldown_time: 5 });
    const plan = examplePlan({ models: exampleModels({ copies: 2 }), managedModels: [managedModel()] });
    expect(router(plan)).toMatchObject({ allowed_fails: 1, cooldown_time: 5 });
  });

  it('begin with the first failure where a retry cannot be led to another copy', () => {
    const models = exampleModels({ copies: 2 });
    const strategies = ['shuffle', 'least-busy', 'lowest-latency', 'lowest-cost'] as const;
    expect(
      strategies.map((routing) => router(examplePlan({ models, gateway: { routing } })).allowed_fails),
    ).toEqual([1, 0, 0, 0]);
    expect(router(examplePlan({ gateway: { routing: 'least-busy' } })).allowed_fails).toBe(1);
  });
});

describe('adapters', () => {
  it('are model names of the same engine, at its price and without its weight', () => {
    const { model_name, litellm_params, model_info } = deployment('engine-small-0-hr');
    expect(model_name).toBe('hr');
    expect(litellm_params).toEqual({
      model: 'hosted_vllm/hr',
      api_base: 'http://engine-small-0:8000/v1',
      api_key: 'os.environ/ENGINE_API_KEY',
      timeout: 300,
      stream_timeout: 60,
      max_retries: 0,
      input_cost_per_token: 1.5e-6,
      output_cost_per_token: 1.5e-6,
    });
    expect(model_info).toEqual({ id: 'engine-small-0-hr', mode: 'chat', max_input_tokens: 32768 });
  });

  it('have the limits of their model, each for itself', () => {
    const models = exampleModels({
      name: 'small',
      copies: 2,
      rateLimit: { requestsPerMinute: 100, tokensPerMinute: 9000 },
      adapters: [adapter('hr')],
      adapterRank: 64,
    });
    for (const copy of [0, 1]) {
      const { rpm, tpm } = deployment(`engine-small-${copy}-hr`, examplePlan({ models })).litellm_params;
      expect([rpm, tpm]).toEqual([50, 4500]);
    }
  });
});

describe('models of the cloud', () => {
  it('are called in the region of the deployment, at their own prices and without any key', () => {
    expect(deployment('managed-nova')).toEqual({
      model_name: 'nova',
      litellm_params: {
        model: 'bedrock/converse/eu.amazon.nova-lite-v1:0',
        aws_region_name: 'eu-central-1',
        timeout: 300,
        stream_timeout: 60,
        max_retries: 0,
        input_cost_per_token: 6e-8,
        output_cost_per_token: 2.4e-7,
        rpm: 30,
      },
      model_info: { id: 'managed-nova', mode: 'chat', max_input_tokens: 300_000 },
    });
  });

  it('are called by their own id where there is no profile, and say no price that is not known', () => {
    const plan = examplePlan({
      managedModels: [
        managedModel({
          name: 'titan',
          modelId: 'amazon.titan-embed-text-v2:0',
          inferenceProfile: undefined,
          task: 'embedding',
          usdPerMillionInputTokens: null,
          usdPerMillionOutputTokens: null,
          maxContext: null,
        }),
      ],
    });
    const { litellm_params, model_info } = deployment('managed-titan', plan);
    expect(litellm_params).toEqual({
      model: 'bedrock/amazon.titan-embed-text-v2:0',
      aws_region_name: 'eu-central-1',
      timeout: 300,
      stream_timeout: 60,
      max_retries: 0,
    });
    expect(model_info).toEqual({ id: 'managed-titan', mode: 'embedding' });
  });
});

describe('fallbacks', () => {
  const fallbacks = [{ model: 'chat', to: ['small', 'nova'] }];
  const contextWindowFallbacks = [{ model: 'chat', to: ['nova'] }];

  it('lead where the plan says, also under an alias', () => {
    const plan = severalModels({ gateway: { degradedAnswer: undefined } });
    expect(router(plan)).toMatchObject({
      fallbacks: [{ chat: ['small', 'nova'] }, { 'gpt-4o': ['small', 'nova'] }],
      context_window_fallbacks: [{ chat: ['nova'] }, { 'gpt-4o': ['nova'] }],
    });
  });

  it('of a prompt that is too long lead nowhere else than to more context', () => {
    const plan = examplePlan({ gateway: { fallbacks, contextWindowFallbacks: [] } });
    // an empty list: without one LiteLLM would take the other fallbacks
    expect(router(plan).context_window_fallbacks).toEqual([{ chat: [] }]);
  });

  it('may be as many as there are names and engines', () => {
    expect(router(severalModels()).max_fallbacks).toBe(5 + 4);
  });

  it('are not there without a plan for them', () => {
    const settings = router(examplePlan());
    for (const key of ['fallbacks', 'context_window_fallbacks', 'max_fallbacks'])
      expect(settings).not.toHaveProperty(key);
  });

  it('end with the degraded answer for whatever answers in words', () => {
    const plan = severalModels({
      gateway: { fallbacks, contextWindowFallbacks, aliases: {} },
      managedModels: [managedModel(), managedModel({ name: 'titan', task: 'embedding' })],
    });
    expect(router(plan).fallbacks).toEqual([
      { chat: ['small', 'nova', 'degraded-answer'] },
      { small: ['degraded-answer'] },
      { hr: ['degraded-answer'] },
      { legal: ['degraded-answer'] },
      { nova: ['degraded-answer'] },
    ]);
    expect(router(plan).context_window_fallbacks).toEqual([
      { chat: ['nova'] },
      { small: [] },
      { hr: [] },
      { legal: [] },
      { nova: [] },
    ]);
  });
});

describe('the degraded answer', () => {
  it('is free of charge, asks nobody, and is kept from requests that are themselves wrong by a hook', () => {
    expect(deployment('degraded-answer')).toEqual({
      model_name: 'degraded-answer',
      litellm_params: {
        model: 'openai/degraded-answer',
        api_key: 'none',
        mock_response: 'We are busy.',
        input_cost_per_token: 0,
        output_cost_per_token: 0,
      },
      model_info: { id: 'degraded-answer', mode: 'chat' },
    });
    const { callbacks } = litellmSettings(severalModels()).litellm_settings as { callbacks: string[] };
    expect(callbacks).toEqual([
      'prometheus',
      'request_guard.guard',
      'limit_guard.guard',
      'degraded_answer.guard',
    ]);
  });
});

describe('the automatic router', () => {
  it('sends only what is surely simple to the simple model, and asks nobody about it', () => {
    expect(deployment('auto-router')).toEqual({
      model_name: 'auto',
      litellm_params: {
        model: 'auto_router/complexity_router',
        complexity_router_default_model: 'chat',
        complexity_router_config: {
          classifier_type: 'heuristic',
          tiers: { SIMPLE: 'small', MEDIUM: 'chat', COMPLEX: 'chat', REASONING: 'chat' },
          default_model: 'chat',
        },
      },
      model_info: { id: 'auto-router', mode: 'chat' },
    });
  });
});

describe('masking of personal data', () => {
  it('is on for every request, before the model, and undone in the answer', () => {
    expect(litellmSettings(severalModels()).guardrails).toEqual([
      {
        guardrail_name: 'pii-masking',
        litellm_params: {
          guardrail: 'presidio',
          mode: 'pre_call',
          default_on: true,
          presidio_analyzer_api_base: 'http://pii-analyzer:3000',
          presidio_anonymizer_api_base: 'http://pii-anonymizer:3000',
          presidio_language: 'en',
          pii_entities_config: { PERSON: 'MASK', EMAIL_ADDRESS: 'MASK' },
          presidio_filter_scope: 'input',
          output_parse_pii: true,
          timeout: 30,
        },
      },
    ]);
    expect(litellmSettings(examplePlan())).not.toHaveProperty('guardrails');
  });

  it('knows every kind of data that a spec may name', () => {
    expect(piiEntities.filter((entity) => !declared.pii_entities.includes(entity))).toEqual([]);
  });
});
