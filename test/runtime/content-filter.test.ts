import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bundle } from '../../lib/runtime/bundle';
import { litellmSettings } from '../../lib/runtime/litellm-config';
import { localBundle } from '../../lib/runtime/local/bundle';
import { planned } from '../plan/example';
import declared from './litellm-keys.json';

interface Guardrail {
  guardrail_name: string;
  litellm_params: Record<string, unknown>;
}

const plan = planned({ gateway: { guardrail: true, piiMasking: true } });
const guardrails = litellmSettings(plan).guardrails as Guardrail[];
const named = (name: string) =>
  guardrails.find(({ guardrail_name }) => guardrail_name === name)?.litellm_params;
const callbacks = (of: typeof plan) =>
  (litellmSettings(of).litellm_settings as { callbacks: string[] }).callbacks;

describe("the cloud's content filter in the gateway", () => {
  it('looks at prompts after personal data is masked, and at answers before it is put back', () => {
    expect(guardrails.map(({ guardrail_name }) => guardrail_name)).toEqual([
      'filter-of-answers',
      'pii-masking',
      'filter-of-prompts',
    ]);
    expect(named('filter-of-prompts')?.mode).toBe('pre_call');
    expect(named('filter-of-answers')?.mode).toBe('post_call');
  });

  it('is on for every request, by names that the machine is told', () => {
    for (const name of ['filter-of-prompts', 'filter-of-answers'])
      expect(named(name)).toMatchObject({
        guardrail: 'bedrock',
        default_on: true,
        guardrailIdentifier: 'os.environ/LLM_GUARDRAIL_ID',
        guardrailVersion: 'os.environ/LLM_GUARDRAIL_VERSION',
        aws_region_name: 'us-east-1',
        timeout: 30,
      });
    const { gateway } = parse(
      bundle(plan, 'aws').files.find(({ path }) => path === 'compose.yaml')?.content ?? '',
    ).services;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
    expect(gateway.environment.LLM_GUARDRAIL_ID).toBe('${LLM_GUARDRAIL_ID}');
  });

  it('holds pieces of a stream back until they were looked at', () => {
    expect(named('filter-of-answers')).toMatchObject({
      streaming_buffer_until_moderated: true,
      streaming_buffer_release_on_scan: true,
      streaming_sampling_rate: 100,
    });
  });

  it('has keys that LiteLLM declares, but for those of streams, which it reads beside them', () => {
    const extra = Object.keys({ ...named('filter-of-answers'), ...named('filter-of-prompts') }).filter(
      (key) => !(declared.guardrail_params as string[]).includes(key),
    );
    expect(extra.filter((key) => !key.startsWith('streaming_'))).toEqual([]);
  });

  it('comes with the guard of streams that it does not see', () => {
    const files = bundle(plan, 'aws').files.map(({ path }) => path);
    expect([callbacks(plan).includes('stream_guard.guard'), files.includes('stream_guard.py')]).toEqual([
      true,
      true,
    ]);
    const without = planned();
    expect(callbacks(without)).not.toContain('stream_guard.guard');
    expect(bundle(without, 'aws').files.map(({ path }) => path)).not.toContain('stream_guard.py');
  });

  it('is not on a machine of your own, which has no cloud to ask', () => {
    const files = localBundle(plan, { engine: 'simulated' });
    expect(files.map(({ content }) => content).join()).not.toContain('LLM_GUARDRAIL');
    expect(files.map(({ path }) => path)).not.toContain('stream_guard.py');
  });
});
