import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { ModelsStack, type Outside, startOutside } from './models-stack';
import { planned } from './plans';
import { until } from './until';

const sorry = 'We are busy. Please try again in a minute.';
const hard =
  'Think step by step: implement a distributed database in python with async functions, then analyze its architecture';

describe('the generated gateway in front of several models', () => {
  const plan = planned(
    {
      keyLimits: { requestsPerMinute: 100_000 },
      autoRouter: { simple: 'small', complex: 'chat' },
      aliases: { 'gpt-4o': 'chat' },
      degradedAnswer: sorry,
      // only the strategy of the others: versions keep their weights
      routing: 'least-busy',
    },
    {
      models: [
        {
          name: 'chat',
          versions: [
            { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 80 },
            { name: 'new', source: 'Qwen/Qwen3-4B', weightPercent: 20 },
          ],
          fallbacks: ['nova'],
        },
        { name: 'small', source: 'Qwen/Qwen3-4B', adapters: [{ name: 'hr', source: 'acme/hr-lora' }] },
        { name: 'nova', source: 'bedrock:amazon.nova-lite-v1:0' },
        {
          name: 'scarce',
          source: 'bedrock:amazon.nova-micro-v1:0',
          rateLimit: { requestsPerMinute: 2 },
          fallbacks: ['nova'],
        },
        {
          name: 'plenty',
          source: 'bedrock:amazon.nova-pro-v1:0',
          rateLimit: { requestsPerMinute: 10_000 },
          fallbacks: ['nova'],
        },
      ],
    },
  );
  let stack: ModelsStack;
  let client: Client;
  let outside: Outside;
  const small = () => stack.engine('engine-small-0');
  const ofChat = () => Object.entries(stack.engines).filter(([service]) => service.startsWith('engine-chat'));
  const text = (answer: { json: { choices: { message: { content: string } }[] } }) =>
    answer.json.choices[0]?.message.content;

  beforeAll(async () => {
    outside = await startOutside();
    stack = await ModelsStack.start(plan, outside);
    client = new Client(stack.gateway.url);
  });
  afterAll(() => stack?.remove());

  it('sends each version its share, whatever the strategy of the others', async () => {
    const requests = 300;
    for (let sent = 0; sent < requests; sent += 10)
      await Promise.all(Array.from({ length: 10 }, (_, one) => client.chat(`${sent + one}`, 'chat')));
    const hits = (version: string) =>
      ofChat()
        .filter(([service]) => service.includes(`-${version}-`))
        .reduce((sum, [, engine]) => sum + engine.hits, 0);
    expect(hits('old') + hits('new')).toBe(requests);
    // 20 % of 300 is 60, with a standard deviation of 6.9: five of them
    expect(hits('new')).toBeGreaterThan(25);
    expect(hits('new')).toBeLessThan(95);
  });

  it('asks the engine for an adapter by its name', async () => {
    expect((await client.chat('hello', 'hr')).status).toBe(200);
    expect(small().asked.at(-1)?.body).toMatchObject({ model: 'hr' });
  });

  it('calls a model of the cloud through its profile, signed by the identity of the machine', async () => {
    const answer = await client.chat('hello', 'nova');
    expect(text(answer)).toBe('from the cloud');
    const { path, authorization } = outside.bedrock.asked.at(-1) ?? { path: '', authorization: '' };
    expect(decodeURIComponent(path)).toBe('/model/us.amazon.nova-lite-v1:0/converse');
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=ASIAROLEOFTHEMACHINE\/\d{8}\/us-east-1\/bedrock\/aws4_request/,
    );
    // 7 tokens in at 0.06 and 3 out at 0.24 USD per million
    expect(Number(answer.headers.get('x-litellm-response-cost'))).toBeCloseTo(1.14e-6, 12);
  });

  it('lets no client choose what the plan decides: another model, region, provider or name of an engine', async () => {
    const before = [outside.bedrock.asked.length, small().hits] as const;
    const dear = 'us.anthropic.claude-opus-4-20250514-v1:0';
    const bodies: [string, Record<string, unknown>][] = [
      ['model_id', { model_id: dear }],
      ['aws_region_name', { aws_region_name: 'eu-west-1' }],
      ['custom_llm_provider', { custom_llm_provider: 'openai' }],
      ['extra_body', { extra_body: { model: 'hr' } }],
      ['model_id', { fallbacks: [{ model: 'nova', model_id: dear }] }],
    ];
    for (const [name, body] of bodies) {
      for (const model of ['nova', 'small']) {
        const answer = await client.chat('hello', model, body);
        expect([name, model, answer.status]).toEqual([name, model, 400]);
        expect(answer.text).toContain(name);
      }
    }
    const response = await client.ask('/v1/responses', { model: 'nova', input: 'hello', model_id: dear });
    expect(response.status).toBe(400);
    const passed = await client.ask(`/bedrock/model/${dear}/converse`, {
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
    });
    expect(passed.status).toBe(400);
    expect([outside.bedrock.asked.length, small().hits]).toEqual(before);
  });

  it('lets clients write what models and engines understand', async () => {
    const more = { top_k: 5, tools: [], user: 'me', metadata: { team: 'a' }, tags: ['a'], timeout: 30 };
    expect((await client.chat('hello', 'small', more)).status).toBe(200);
    expect(small().asked.at(-1)?.body).toMatchObject({ top_k: 5 });
  });

  it('says at a limit of the plan that it is one, again and again, and asks no other model', async () => {
    // LiteLLM counts by minutes of the clock
    await until('a minute is young', async () => Date.now() % 60_000 < 45_000);
    const before = outside.bedrock.asked.length;
    const answers = [];
    for (let sent = 0; sent < 8; sent++) answers.push(await client.chat(`${sent}`, 'scarce'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, ...Array(6).fill(429)]);
    for (const answer of answers.slice(2)) expect(answer.text).toContain('RPM limit=2');
    expect(outside.bedrock.asked.length).toBe(before + 2);
  });

  it('still falls back when the service of a model has a limit or is away', async () => {
    for (const status of [429, 503]) {
      const answer = await client.chat(`status ${status}`, 'plenty');
      expect([status, answer.status, text(answer)]).toEqual([status, 200, 'from the cloud']);
      expect(decodeURIComponent(outside.bedrock.asked.at(-1)?.path ?? '')).toContain('nova-lite');
    }
  });

  it('sends simple requests to one model and hard ones to the other, and asks nobody about it', async () => {
    const before = [outside.bedrock.asked.length, small().hits] as const;
    await client.chat('hello', 'auto');
    expect(small().hits).toBe(before[1] + 1);
    await client.chat(hard, 'auto');
    expect(small().hits).toBe(before[1] + 1);
    expect(ofChat().some(([, engine]) => JSON.stringify(engine.asked.at(-1)).includes('step by step'))).toBe(
      true,
    );
    expect(outside.bedrock.asked.length).toBe(before[0]);
  });

  it('answers through the other versions while one is dead, and no request fails', async () => {
    const [dead] = ofChat().filter(([service]) => service.includes('-old-'));
    dead?.[1].stop();
    const statuses: number[] = [];
    const models = new Set<string | null>();
    for (let sent = 0; sent < 40; sent++) {
      const answer = await client.chat(`without one ${sent}`, 'chat');
      statuses.push(answer.status);
      models.add(answer.headers.get('x-litellm-model-group'));
    }
    await dead?.[1].resume();
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    // a copy was asked, not the fallback
    expect([...models]).toEqual(['chat']);
  });

  it('falls back to the cloud when all engines of a model are dead, under its alias too', async () => {
    for (const [, engine] of ofChat()) engine.stop();
    for (const name of ['chat', 'gpt-4o']) {
      const answer = await client.chat('anybody?', name);
      expect([name, answer.status, text(answer)]).toEqual([name, 200, 'from the cloud']);
      expect(answer.headers.get('x-llm-degraded')).toBeNull();
    }
    for (const [, engine] of ofChat()) await engine.resume();
    await until('every engine is asked again', async () => {
      const before = ofChat().map(([, engine]) => engine.hits);
      for (let sent = 0; sent < 20; sent++) await client.chat('back?', 'chat');
      return ofChat().every(([, engine], index) => engine.hits > (before[index] ?? 0));
    });
  });

  it('tells clients what is wrong with their request, and nothing of being degraded', async () => {
    small().behaviour = { status: 400 as never };
    const answer = await client.chat('wrong', 'small');
    small().behaviour = {};
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(sorry);
  });

  it('says that it is degraded when nobody else answers: in words, in the model and in a header', async () => {
    small().behaviour = { status: 500 };
    const answer = await client.chat('anybody?', 'small');
    expect([answer.status, text(answer), answer.json.model]).toEqual([200, sorry, 'degraded-answer']);
    expect(answer.headers.get('x-llm-degraded')).toBe('true');
    expect(Number(answer.headers.get('x-litellm-response-cost') ?? 0)).toBe(0);
    const completion = await client.ask('/v1/completions', { model: 'small', prompt: 'anybody?' });
    expect(completion.json.choices[0].text).toBe(sorry);
    const streamed = await client.stream('anybody?', 'small');
    expect([streamed.pieces.join(''), streamed.done]).toEqual([sorry, true]);
  });

  it('shows the failure to who asks for no fallback, as the boot does', async () => {
    const answer = await client.chat('anybody?', 'small', { disable_fallbacks: true });
    expect(answer.status).toBeGreaterThanOrEqual(429);
    small().behaviour = {};
  });

  it('counts degraded answers under a name of their own, which signals.py takes for failures', async () => {
    await until('the metrics are there', async () => {
      const { text: metrics } = await client.ask('/metrics/');
      const counted = [
        ...metrics.matchAll(/total_requests_metric_total\{requested_model="degraded-answer".*\} (\d+)/g),
      ];
      return counted.reduce((sum, [, count]) => sum + Number(count), 0) === 3;
    });
  });

  it('sends engines no key that vLLM does not know', () => {
    for (const engine of Object.values(stack.engines)) expect([...engine.unknown]).toEqual([]);
  });
});

describe('the generated gateway that masks personal data', () => {
  const plan = planned(
    { keyLimits: { requestsPerMinute: 10_000 }, piiMasking: true, promptRetentionDays: 0 },
    {},
    1,
  );
  let stack: ModelsStack;
  let client: Client;
  let outside: Outside;
  const prompt = 'Write to bob@example.com and to amy@example.com today';
  const told = () => outside.echo.asked.at(-1)?.body.messages.at(-1).content;

  beforeAll(async () => {
    outside = await startOutside();
    stack = await ModelsStack.start(plan, outside, 'engine-qwen3-8b-0');
    client = new Client(stack.gateway.url);
  });
  afterAll(() => stack?.remove());

  it('hides the data from the engine and puts it back into the answer', async () => {
    const answer = await client.chat(prompt, 'qwen3-8b');
    expect(told()).toBe('Write to <EMAIL_ADDRESS_1> and to <EMAIL_ADDRESS_2> today');
    expect(answer.json.choices[0].message.content).toBe(`You said: ${prompt}`);
  });

  it('does so in streams, and leaves streams without such data as they come', async () => {
    const masked = await client.stream(prompt, 'qwen3-8b');
    expect(told()).not.toContain('@');
    expect([masked.pieces.join(''), masked.done]).toEqual([`You said: ${prompt}`, true]);
    const plain = await client.stream('Nothing of that kind is in here', 'qwen3-8b');
    expect(plain.pieces.join('')).toBe('You said: Nothing of that kind is in here');
    expect(plain.pieces.length).toBeGreaterThan(5);
  });

  it('asks for the kinds of data that the plan names', () => {
    const asked = outside.analyzer.asked.filter(({ path }) => path === '/analyze');
    expect(asked.at(-1)?.body).toMatchObject({
      language: 'en',
      entities: plan.decisions.gateway.piiMasking?.entities,
    });
  });

  it('writes the data into no log and no row', async () => {
    expect(stack.gateway.log).not.toContain('bob@example.com');
    const rows = () => stack.sql('select row_to_json(l)::text from "LiteLLM_SpendLogs" l');
    await until('the rows are written', () => rows().includes('qwen3-8b'));
    expect(rows()).not.toContain('bob@example.com');
  });

  it('refuses requests while nobody can look for personal data', async () => {
    const before = outside.echo.asked.length;
    outside.analyzer.stop();
    const answer = await client.chat(prompt, 'qwen3-8b');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('bob@example.com');
    expect(outside.echo.asked.length).toBe(before);
  });
});
