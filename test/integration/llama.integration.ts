import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { LlamaServer, llamaServer } from './llama-server';
import { model, planned } from './plans';
import { countTokens } from './random-gguf';
import { Stack } from './stack';
import { until } from './until';

/** So long that an answer of this many tokens takes even this small model seconds. */
const contextTokens = 32_768;
const printable = /^[!-~]+$/;

describe.skipIf(llamaServer === undefined)(
  'the generated gateway in front of a real engine with random weights',
  () => {
    const plan = planned({ keyLimits: { requestsPerMinute: 10_000 } }, {}, 1);
    let stack: Stack<LlamaServer>;
    let client: Client;

    beforeAll(async () => {
      stack = await Stack.startWith(plan, (name, key) => LlamaServer.start(name, key, { contextTokens }));
      client = new Client(stack.gateway.url);
    });
    afterAll(() => stack?.remove());

    it('answers through the chat template, and counts the tokens of prompt and answer', async () => {
      const messages = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Who are you?' },
      ];
      const answer = await client.ask('/v1/chat/completions', {
        model,
        messages,
        max_tokens: 24,
        temperature: 0,
      });
      expect(answer.status, answer.text).toBe(200);
      const { choices, usage } = answer.json;
      expect(choices[0].message).toMatchObject({
        role: 'assistant',
        content: expect.stringMatching(printable),
      });
      expect(choices[0].message.content).toHaveLength(24);
      expect(choices[0].finish_reason).toBe('length');
      expect(usage).toMatchObject({ prompt_tokens: countTokens(messages), completion_tokens: 24 });
    });

    it('streams the same answer, token by token, to its end', async () => {
      const ask = { max_tokens: 24, temperature: 0 };
      const whole = (await client.chat('the same', model, ask)).json.choices[0].message.content;
      const streamed = await client.stream('the same', model, { more: ask });
      expect(streamed).toMatchObject({ status: 200, done: true, error: undefined, cut: false });
      expect(streamed.pieces.join('')).toBe(whole);
      expect(streamed.pieces.filter((piece) => piece !== '')).toHaveLength(24);
    });

    it('answers differently to another prompt: the prompt reaches the model', async () => {
      const ask = { max_tokens: 24, temperature: 0 };
      const answers = await Promise.all(
        ['one', 'another'].map(async (text) => (await client.chat(text, model, ask)).json),
      );
      expect(new Set(answers.map((answer) => answer.choices[0].message.content)).size).toBe(2);
    });

    it('completes a text without the template', async () => {
      const answer = await client.ask('/v1/completions', {
        model,
        prompt: 'once upon',
        max_tokens: 8,
        temperature: 0,
      });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json.choices[0].text).toHaveLength(8);
      expect(answer.json.usage).toMatchObject({ prompt_tokens: 'once upon'.length, completion_tokens: 8 });
    });

    it('stops at a stop word', async () => {
      const whole = (await client.chat('stop', model, { max_tokens: 24, temperature: 0 })).json.choices[0]
        .message.content as string;
      const stop = whole.slice(10, 14);
      const { choices } = (await client.chat('stop', model, { max_tokens: 24, temperature: 0, stop })).json;
      expect(choices[0].message.content).toBe(whole.slice(0, whole.indexOf(stop)));
      expect(choices[0].finish_reason).toBe('stop');
    });

    it('says that a prompt is too long for the model, once, as the fault of the request', async () => {
      const answer = await client.chat('x'.repeat(contextTokens + 1000), model);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/context/i);
      expect((await client.chat('short', model, { max_tokens: 4 })).status).toBe(200);
    });

    it('tells the engine to stop when the client went away', async () => {
      await client.leave('never mind', model);
      await until(
        'the engine is idle',
        async () => (await stack.engine(0).series('llamacpp:requests_processing')) === 0,
      );
    });

    it('answers again after the engine was killed in the middle of a stream', async () => {
      let killed: Promise<void> | undefined;
      const streamed = await client.stream('a long one', model, {
        more: { max_tokens: contextTokens - 1000 },
        onPiece: () => {
          killed ??= stack.engine(0).kill();
        },
      });
      await killed;
      expect(streamed).toMatchObject({ status: 200, cut: false });
      expect(streamed.error).toBeDefined();
      await stack.engine(0).resume();
      await until(
        'answers come again',
        async () => (await client.chat('back?', model, { max_tokens: 4 })).status === 200,
      );
    });
  },
);

describe.skipIf(llamaServer === undefined)(
  'the generated gateway in front of a real embedding engine',
  () => {
    const plan = planned(
      { keyLimits: { requestsPerMinute: 100 } },
      { models: ['Qwen/Qwen3-Embedding-0.6B'], traffic: { requestsPerSecond: 5 } },
    );
    const name = plan.decisions.models[0]?.name;
    let stack: Stack<LlamaServer>;

    beforeAll(async () => {
      stack = await Stack.startWith(plan, (alias, key) =>
        LlamaServer.start(alias, key, { contextTokens, embeds: true }),
      );
    });
    afterAll(() => stack?.remove());

    it('embeds texts: vectors of length one, equal for equal texts and only for them', async () => {
      const input = ['a text', 'another text', 'a text'];
      const answer = await new Client(stack.gateway.url).ask('/v1/embeddings', { model: name, input });
      expect(answer.status, answer.text).toBe(200);
      const vectors: number[][] = answer.json.data.map((one: { embedding: number[] }) => one.embedding);
      for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 4);
      const [first, other, again] = vectors as [number[], number[], number[]];
      expect(cosine(first, again)).toBeCloseTo(1, 4);
      expect(cosine(first, other)).toBeLessThan(0.999);
      expect(answer.json.usage.prompt_tokens).toBe(input.join('').length);
    });
  },
);

const cosine = (one: number[], other: number[]) =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
