import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examplePlan } from './example-plan';
import { type Engine, LocalFolder } from './local-folder';
import { canRunPrograms, eventually } from './sandbox';

const options = {
  model: 'qwen3-8b',
  task: 'chat',
  'ttft-ms': 200,
  'inter-token-ms': 20,
  'sequences-in-flight': 4,
  'max-sequences': 4,
  'max-queued-requests': 6,
  'max-context': 1000,
  'kv-cache-tokens': 2000,
  'answer-tokens': 40,
  'embedding-width': 8,
  'keep-alive-seconds': 30,
  'stop-seconds': 20,
};
const messages = [{ role: 'user', content: 'How are you?' }];
const chat = '/v1/chat/completions';

interface Chunk {
  model: string;
  choices: { delta: { content?: string; role?: string }; finish_reason: string | null }[];
  usage?: object;
}

describe.skipIf(!canRunPrograms)('the simulated engine', () => {
  let folder: LocalFolder;
  let engine: Engine;

  const start = async (changes: Partial<typeof options> = {}) => {
    engine = await folder.simulate({ ...options, ...changes }, { VLLM_API_KEY: 'engine-key' });
  };
  const post = (path: string, body: object, key = 'engine-key', signal?: AbortSignal) =>
    fetch(engine.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'qwen3-8b', ...body }),
      ...(signal === undefined ? {} : { signal }),
    });
  // biome-ignore lint/suspicious/noExplicitAny: what a server said; tests look at single values
  const ask = async (path: string, body: object): Promise<{ status: number; json: any }> => {
    const answer = await post(path, body);
    return { status: answer.status, json: await answer.json() };
  };
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${engine.url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1));
  };
  const stream = async (
    body: object,
  ): Promise<{ chunks: Chunk[]; done: boolean; firstMs: number; ms: number }> => {
    const began = performance.now();
    const answer = await post(chat, { messages, stream: true, ...body });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    let firstMs = 0;
    let text = '';
    for await (const piece of answer.body ?? []) {
      if (firstMs === 0) firstMs = performance.now() - began;
      text += Buffer.from(piece).toString();
    }
    const events = text.split('\n\n').filter((event) => event !== '');
    const data = events.map((event) => event.replace(/^data: /, ''));
    return {
      chunks: data.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one)),
      done: data.at(-1) === '[DONE]',
      firstMs,
      ms: performance.now() - began,
    };
  };

  beforeEach(() => {
    folder = new LocalFolder(examplePlan(), { engine: 'simulated' });
  });
  afterEach(() => folder.remove());

  it('answers a chat in the form of OpenAI, and says that no model ran', async () => {
    await start();
    const { status, json } = await ask(chat, { messages });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      object: 'chat.completion',
      model: 'qwen3-8b',
      usage: { prompt_tokens: 3, completion_tokens: 40, total_tokens: 43 },
    });
    expect(json.choices).toHaveLength(1);
    expect(json.choices[0].finish_reason).toBe('stop');
    expect(json.choices[0].message.role).toBe('assistant');
    expect(json.choices[0].message.content).toMatch(/^This is a simulated answer: no model ran\. qwen3-8b /);
    expect(json.choices[0].message.content.split(' ')).toHaveLength(40);
  });

  it('streams one word at a time, with the count of tokens where asked, and ends the stream', async () => {
    await start({ 'ttft-ms': 1, 'inter-token-ms': 1 });
    const { chunks, done } = await stream({ max_tokens: 5, stream_options: { include_usage: true } });
    expect(done).toBe(true);
    const words = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ''));
    expect(words.join('')).toBe('This is a simulated answer:');
    expect(words.filter((word) => word !== '')).toHaveLength(5);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length');
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    });
    const plain = await stream({ max_tokens: 5 });
    expect(plain.chunks.some(({ usage }) => usage !== undefined)).toBe(false);
  });

  it('keeps the pace that it was given, never faster', async () => {
    await start();
    // 200 ms to the first word and 39 pauses of 20 ms
    const { firstMs, ms } = await stream({});
    expect(firstMs).toBeGreaterThanOrEqual(199);
    expect(ms).toBeGreaterThanOrEqual(979);
    const between =
      (await metric('vllm:inter_token_latency_seconds_sum')) /
      (await metric('vllm:inter_token_latency_seconds_count'));
    // a first word that comes late shortens the pauses after it: words are due at fixed times
    const first = await metric('vllm:time_to_first_token_seconds_sum');
    expect(first + 39 * between).toBeGreaterThan(0.979);
    // wide: a busy machine wakes late
    expect(between).toBeLessThan(1);
  });

  it('becomes slower when more run than the plan expects, so that the rate of all stays', async () => {
    await start({ 'sequences-in-flight': 1, 'ttft-ms': 50 });
    const began = performance.now();
    await Promise.all([1, 2, 3, 4].map(() => ask(chat, { messages, max_tokens: 10 })));
    // four at once at a quarter of the speed: 4 x (50 + 9 x 20) ms; the first to come and the last to go are faster
    expect(performance.now() - began).toBeGreaterThan(600);
  });

  it('queues above the batch and refuses above the queue with 503, as vLLM does', async () => {
    await start({ 'max-sequences': 2, 'max-queued-requests': 3, 'ttft-ms': 60_000 });
    const hangUp = new AbortController();
    const running = [1, 2, 3].map(() =>
      post(chat, { messages, max_tokens: 1 }, 'engine-key', hangUp.signal).catch(() => 'left'),
    );
    await eventually(async () => (await metric('vllm:num_requests_waiting')) === 1);
    expect(await metric('vllm:num_requests_running')).toBe(2);
    expect(await metric('vllm:kv_cache_usage_perc')).toBe(8 / 2000);
    const refused = await ask(chat, { messages });
    expect(refused.status).toBe(503);
    expect(refused.json.error).toMatchObject({ type: 'ServiceUnavailableError', code: 503 });
    expect(await metric('vllm:admission_rejections_total')).toBe(1);
    hangUp.abort();
    expect(await Promise.all(running)).toEqual(['left', 'left', 'left']);
    // who waits leaves at once, who runs is missed at its next word
    await eventually(async () => (await metric('vllm:num_requests_waiting')) === 0);
    expect(await metric('vllm:num_requests_running')).toBe(2);
  });

  it('serves the queue when a place becomes free', async () => {
    await start({ 'max-sequences': 1, 'ttft-ms': 50 });
    const answers = await Promise.all([1, 2, 3].map(() => ask(chat, { messages, max_tokens: 1 })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await metric('vllm:request_queue_time_seconds_sum')).toBeGreaterThan(0.04);
    expect(await metric('vllm:num_requests_waiting')).toBe(0);
    expect(await metric('vllm:num_requests_running')).toBe(0);
  });

  it('counts under the names of vLLM', async () => {
    await start({ 'ttft-ms': 1, 'inter-token-ms': 1 });
    await ask(chat, { messages, max_tokens: 7 });
    const labels = '{engine="0",model_name="qwen3-8b"}';
    const text = await (await fetch(`${engine.url}/metrics`)).text();
    for (const line of [
      `vllm:num_requests_running${labels} 0.0`,
      `vllm:num_requests_waiting${labels} 0.0`,
      `vllm:kv_cache_usage_perc${labels} 0.0`,
      `vllm:prompt_tokens_total${labels} 3.0`,
      `vllm:generation_tokens_total${labels} 7.0`,
      `vllm:time_to_first_token_seconds_count${labels} 1`,
      `vllm:inter_token_latency_seconds_count${labels} 6`,
      `vllm:e2e_request_latency_seconds_count${labels} 1`,
      `vllm:request_queue_time_seconds_count${labels} 1`,
      'vllm:request_success_total{engine="0",model_name="qwen3-8b",finished_reason="length"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    const inf = /vllm:inter_token_latency_seconds_bucket\{.*le="\+Inf"\} (\d+)/.exec(text)?.[1];
    expect(inf).toBe('6');
  });

  it.each([true, false])('notices a client that goes away in the middle (stream: %s)', async (streamed) => {
    await start({ 'answer-tokens': 500 });
    const hangUp = new AbortController();
    const answer = post(chat, { messages, stream: streamed }, 'engine-key', hangUp.signal).catch(
      () => 'left',
    );
    await eventually(async () => (await metric('vllm:generation_tokens_total')) > 1);
    expect(await metric('vllm:num_requests_running')).toBe(1);
    hangUp.abort();
    await answer;
    await eventually(async () => (await metric('vllm:num_requests_running')) === 0);
    expect(await metric('vllm:generation_tokens_total')).toBeLessThan(500);
    const text = await (await fetch(`${engine.url}/metrics`)).text();
    expect(text).toContain('finished_reason="abort"} 1');
  });

  it('embeds: the same text has the same vector of length 1, as numbers or packed', async () => {
    await start({ task: 'embedding', 'ttft-ms': 1 });
    const plain = await ask('/v1/embeddings', { input: ['one', 'two', 'one'] });
    expect(plain.status).toBe(200);
    const vectors: number[][] = plain.json.data.map(({ embedding }: { embedding: number[] }) => embedding);
    expect(vectors.map((vector) => vector.length)).toEqual([8, 8, 8]);
    expect(vectors[0]).toEqual(vectors[2]);
    expect(vectors[0]).not.toEqual(vectors[1]);
    expect(Math.hypot(...(vectors[0] as number[]))).toBeCloseTo(1, 6);
    const packed = await ask('/v1/embeddings', { input: 'one', encoding_format: 'base64' });
    const bytes = Buffer.from(packed.json.data[0].embedding, 'base64');
    const floats = Array.from({ length: 8 }, (_, index) => bytes.readFloatLE(4 * index));
    for (const [index, value] of floats.entries()) expect(value).toBeCloseTo(vectors[0]?.[index] ?? 0, 6);
    const short = await ask('/v1/embeddings', { input: 'one', dimensions: 3 });
    expect(short.json.data[0].embedding).toHaveLength(3);
    expect((await ask(chat, { messages })).status).toBe(404);
  });

  it('refuses what it cannot answer, with the reason', async () => {
    await start({ 'ttft-ms': 1, 'inter-token-ms': 1 });
    const refusals: [object, number, string][] = [
      [{ messages, response_format: { type: 'json_object' } }, 400, 'response_format'],
      [{ messages, tool_choice: 'required' }, 400, 'tool_choice'],
      [{ messages, n: 2 }, 400, 'n: the simulated engine answers in plain words only'],
      [{ messages, max_tokens: 0.5 }, 400, 'max_tokens must be at least 1, got 0.5'],
      [{ messages, max_tokens: 998 }, 400, 'maximum context length is 1000 tokens'],
      [{ messages: [{ role: 'user', content: 'x'.repeat(4001) }] }, 400, 'maximum context length is 1000'],
      [{ messages: [] }, 400, 'messages is missing or empty'],
      [{ messages, model: 'other' }, 404, 'The model other does not exist'],
    ];
    for (const [body, status, words] of refusals) {
      const answer = await ask(chat, body);
      expect([body, answer.status]).toEqual([body, status]);
      expect(answer.json.error.message).toContain(words);
    }
    expect(
      (await ask(chat, { messages, response_format: { type: 'text' }, tool_choice: 'auto' })).status,
    ).toBe(200);
  });

  it('asks for its key where vLLM does, and nowhere else', async () => {
    await start();
    expect((await post(chat, { messages }, 'wrong')).status).toBe(401);
    expect((await fetch(`${engine.url}/v1/models`)).status).toBe(401);
    const models = await fetch(`${engine.url}/v1/models`, {
      headers: { authorization: 'Bearer engine-key' },
    });
    expect(await models.json()).toMatchObject({ data: [{ id: 'qwen3-8b', max_model_len: 1000 }] });
    expect((await fetch(`${engine.url}/health`)).status).toBe(200);
  });

  it('finishes what runs when it is told to stop, and takes nothing new', async () => {
    // room for two requests on a machine that is busy
    await start({ 'ttft-ms': 10_000 });
    const running = ask(chat, { messages, max_tokens: 5 });
    await eventually(async () => (await metric('vllm:num_requests_running')) === 1);
    engine.stop();
    await eventually(async () => (await fetch(`${engine.url}/health`)).status === 503);
    expect((await ask(chat, { messages })).status).toBe(503);
    expect((await running).status).toBe(200);
    expect(await engine.ended).toBe(0);
  });
});
