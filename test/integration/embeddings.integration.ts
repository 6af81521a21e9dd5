import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { planned } from './plans';
import { Stack } from './stack';

describe('the generated gateway in front of an embedding model', () => {
  const plan = planned(
    { keyLimits: { requestsPerMinute: 100 } },
    { models: ['Qwen/Qwen3-Embedding-0.6B'], traffic: { requestsPerSecond: 5 } },
    1,
  );
  const model = plan.decisions.models[0]?.name;
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start(plan);
  });
  afterAll(() => stack?.remove());

  it('answers embeddings, and sends the engine no key that vLLM does not know', async () => {
    const answer = await new Client(stack.gateway.url).ask('/v1/embeddings', { model, input: 'a text' });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.data[0].embedding).toEqual([0.5, -0.25]);
    expect(stack.engine(0).asked.map(({ path }) => path)).toEqual(['/v1/embeddings']);
    expect([...stack.engine(0).unknown]).toEqual([]);
  });
});
