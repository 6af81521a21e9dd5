import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { ModelsStack, type Outside, startOutside } from './models-stack';
import { planned } from './plans';

describe("the generated gateway with the cloud's content filter", () => {
  const plan = planned(
    {
      keyLimits: { requestsPerMinute: 10_000 },
      guardrail: true,
      piiMasking: true,
      degradedAnswer: 'We are busy.',
    },
    {
      models: [
        'Qwen/Qwen3-8B',
        { name: 'nova', source: 'bedrock:amazon.nova-lite-v1:0' },
        {
          name: 'complete',
          source: 'Qwen/Qwen3-4B',
          task: 'completion',
          traffic: { requestsPerSecond: 0.1 },
        },
        { name: 'vectors', source: 'BAAI/bge-m3', traffic: { requestsPerSecond: 0.1 } },
      ],
    },
    1,
  );
  const model = 'qwen3-8b';
  let stack: ModelsStack;
  let client: Client;
  let outside: Outside;

  beforeAll(async () => {
    outside = await startOutside();
    stack = await ModelsStack.start(plan, outside, 'engine-qwen3-8b-0');
    client = new Client(stack.gateway.url);
  });
  afterAll(() => stack?.remove());

  const looks = () => outside.bedrock.asked.filter(({ path }) => path.startsWith('/guardrail/'));
  const lastLooks = (since: number) =>
    looks()
      .slice(since)
      .map(({ body }) => body.source);

  it('asks the filter of the plan about prompt and answer, signed by the identity of the machine', async () => {
    const before = looks().length;
    const answer = await client.chat('hello', model);
    expect(answer.status, answer.text).toBe(200);
    expect(lastLooks(before)).toEqual(['INPUT', 'OUTPUT']);
    const { path, authorization, body } = looks().at(-1) ?? { path: '', authorization: '', body: {} };
    expect(path).toBe('/guardrail/filterofthetest/version/7/apply');
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=ASIAROLEOFTHEMACHINE\/\d{8}\/us-east-1\/bedrock\//,
    );
    expect(JSON.stringify(body.content)).toContain('You said: hello');
  });

  it('refuses what the filter blocks before any model sees it, and without a degraded answer', async () => {
    const before = [outside.echo.asked.length, outside.bedrock.asked.length - looks().length] as const;
    for (const name of [model, 'nova']) {
      const answer = await client.chat('something forbidden', name);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('We are busy.');
    }
    expect([outside.echo.asked.length, outside.bedrock.asked.length - looks().length]).toEqual(before);
  });

  it('sees prompts of every kind', async () => {
    const complete = stack.engine('engine-complete-0');
    const vectors = stack.engine('engine-vectors-0');
    const asked = { prompt: 'something forbidden', input: 'something forbidden' };
    const statuses = [
      (await client.ask('/v1/completions', { model: 'complete', ...asked })).status,
      (await client.ask('/v1/embeddings', { model: 'vectors', ...asked })).status,
      (await client.ask('/v1/responses', { model, ...asked })).status,
      (
        await client.ask('/v1/messages', {
          model,
          max_tokens: 5,
          messages: [{ role: 'user', content: asked.prompt }],
        })
      ).status,
    ];
    expect(statuses).toEqual([400, 400, 400, 400]);
    expect([complete.hits, vectors.hits]).toEqual([0, 0]);
  });

  it('withholds an answer that the filter blocks', async () => {
    const answer = await client.chat('say something hideous', model);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('hideous');
  });

  it('lets pieces of a stream go that it has looked at, and none behind them', async () => {
    const before = looks().length;
    const long = 'all is well. '.repeat(100);
    const well = await client.stream(long, model);
    expect(well.pieces.join('')).toBe(`You said: ${long}`);
    // 328 pieces of the echo: three looks on the way and one at the end
    expect(lastLooks(before)).toEqual(['INPUT', 'OUTPUT', 'OUTPUT', 'OUTPUT', 'OUTPUT']);
    const ill = await client.stream(`${long}hideous ${long}`, model);
    expect(ill.pieces.join('')).toContain('all is well. all is well.');
    expect(ill.pieces.join('')).not.toContain('hideous');
    expect(ill.pieces.join('').length).toBeLessThan(long.length + 20);
  });

  const ways: [string, string, (text: string) => object][] = [
    ['chat', '/v1/chat/completions', (text) => ({ messages: [{ role: 'user', content: text }] })],
    ['responses', '/v1/responses', (text) => ({ input: text })],
    [
      'messages',
      '/v1/messages',
      (text) => ({ max_tokens: 500, messages: [{ role: 'user', content: text }] }),
    ],
  ];
  describe.each(ways)('answers of %s', (_, path, body) => {
    it.each([false, true])('are looked at before they leave, as a stream: %s', async (stream) => {
      // the echo's pieces of four characters begin with these words
      const well = await client.ask(path, { model, ...body('a well'), stream });
      expect(well.status, well.text).toBe(200);
      expect(well.text).toContain('well');
      const ill = await client.ask(path, { model, ...body('a hideous'), stream });
      expect(ill.text).not.toContain('hide');
    });
  });

  it('sees completions in one piece, and lets none be streamed past it', async () => {
    const engine = stack.engine('engine-complete-0');
    engine.behaviour = { tokens: 250 };
    const ask = (stream: boolean) =>
      client.ask('/v1/completions', { model: 'complete', prompt: 'hello', stream });
    expect((await ask(false)).status).toBe(400);
    const hits = engine.hits;
    const streamed = await ask(true);
    expect(streamed.status).toBe(400);
    expect(streamed.text).toContain('sees completions in one piece only');
    expect(engine.hits).toBe(hits);
    engine.behaviour = { tokens: 5 };
    expect((await ask(false)).text).toContain('t4 ');
  });

  it('lets no client switch it off', async () => {
    for (const more of [
      { guardrails: [] },
      { disable_global_guardrails: true },
      { disable_global_guardrail: true },
      { metadata: { disable_global_guardrails: true } },
      { litellm_metadata: { disable_global_guardrails: true, guardrails: [] } },
    ]) {
      const answer = await client.chat('something forbidden', model, more);
      expect([more, answer.status]).toEqual([more, 400]);
    }
  });

  it('shows the filter no personal data', async () => {
    expect((await client.chat('Write to bob@example.com', model)).status).toBe(200);
    expect(JSON.stringify(looks())).not.toContain('bob@example.com');
  });

  it('refuses requests while the filter does not answer', async () => {
    const before = outside.echo.asked.length;
    const answer = await client.chat('something unlookable', model);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('We are busy.');
    expect(outside.echo.asked.length).toBe(before);
  });

  it('writes no prompt to a log, whatever the filter said', () => {
    expect(stack.gateway.log).not.toContain('something forbidden');
    expect(stack.gateway.log).not.toContain('something unlookable');
  });
});
