import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeKeyGateway, operator } from './fake-key-gateway';
import { ran } from './fake-terminal';

let gateway: FakeKeyGateway;

beforeEach(async () => {
  gateway = await FakeKeyGateway.start();
  vi.stubEnv('LLM_MASTER_KEY', operator);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await gateway.stop();
});

const keys = (...words: string[]) => ran(['keys', ...words, '--url', gateway.url]);
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

describe('keys create', () => {
  it('sends what was asked for in the words of the gateway, and prints the value once', async () => {
    const { code, out, err } = await keys(
      ...['create', '--name', 'wiki-bot', '--model', 'qwen3-8b', '--requests-per-minute', '10'],
      ...['--tokens-per-minute', '1000', '--budget-usd', '5', '--budget-period', 'week', '--expires', '90d'],
    );
    expect([code, err]).toEqual([0, '']);
    expect(gateway.asked.at(-1)).toEqual({
      method: 'POST',
      url: '/key/generate',
      body: {
        key_alias: 'wiki-bot',
        models: ['qwen3-8b'],
        rpm_limit: 10,
        tpm_limit: 1000,
        max_budget: 5,
        budget_duration: '7d',
        duration: '90d',
      },
    });
    expect(out.match(/sk-the-value-of-it/g)).toHaveLength(1);
    expect(out).toMatch(/\nsk-the-value-of-it\n$/);
    expect(out).toContain('5 a week');
    expect(out).toContain('2027-02-19');
  });

  it('leaves to the gateway, and so to the spec, what is not given', async () => {
    const { out } = await keys('create', '--name', 'plain', '--json');
    expect(gateway.asked.map(({ body }) => body)).toEqual([{ key_alias: 'plain' }]);
    expect(JSON.parse(out)).toEqual({
      key: 'sk-the-value-of-it',
      name: 'plain',
      id: gateway.rows[0]?.token,
      ending: '...er-0',
      models: [],
      requestsPerMinute: 60,
      tokensPerMinute: null,
      spentUsd: 0,
      budgetUsd: 25,
      budgetPeriod: '30d',
      expires: null,
      created: '2026-11-21T06:31:00.539000Z',
    });
  });

  it('gives a budget without a period a month, since the gateway would never begin anew', async () => {
    await keys('create', '--name', 'a', '--budget-usd', '0.5');
    expect(gateway.asked.at(-1)?.body).toMatchObject({ max_budget: 0.5, budget_duration: '30d' });
  });

  it('takes several models, apart or with commas', async () => {
    gateway.add({ key_alias: 'other' });
    const { err } = await keys('create', '--name', 'a', '--model', 'qwen3-8b,qwen3-8', 'x');
    expect(oneLine(err)).toBe(
      '--model qwen3-8 is not served here. Did you mean `qwen3-8b`? Served are qwen3-8b.',
    );
    expect(gateway.rows).toHaveLength(1);
  });

  it('refuses a name that is taken, and says how to go on', async () => {
    gateway.add({ key_alias: 'taken' });
    const { code, err } = await keys('create', '--name', 'taken');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('revoke it first: llm-constructs keys revoke taken');
  });

  it.each([
    [['--budget-usd', '0'], 'An amount above 0'],
    [['--budget-usd', '1e9'], 'An amount above 0'],
    [['--requests-per-minute', '1.5'], 'A whole number from 1'],
    [['--expires', '1y'], 'A number and m, h, d or w'],
    [['--expires', '2027-01-01'], 'A number and m, h, d or w'],
    [['--budget-period', 'week'], '--budget-period week needs --budget-usd'],
    [['--budget-usd', '1', '--budget-period', 'year'], 'Allowed choices are day, week, month'],
    [['--name', 'sk-abc'], 'not beginning with sk-'],
  ])('refuses %j before it asks the gateway', async (words, message) => {
    const { code, err } = await keys('create', '--name', 'a', ...words);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(gateway.asked).toEqual([]);
  });
});

describe('keys list', () => {
  it('shows limits and spending of every key in 80 columns, and no value', async () => {
    gateway.add({
      key_alias: 'wiki-bot',
      models: ['qwen3-8b'],
      max_budget: 50,
      budget_duration: '30d',
      spend: 12.3456,
    });
    gateway.add({ expires: '2027-02-19T06:31:54.533000Z', tpm_limit: 100_000 });
    const { code, out } = await keys('list');
    expect(code).toBe(0);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const [wiki, unnamed] = gateway.rows.map(({ token }) => token.slice(0, 8));
    expect(out).toMatch(new RegExp(`wiki-bot +${wiki} +qwen3-8b +60 +- +12\\.35 of 50 a month +never`));
    expect(out).toMatch(new RegExp(`- +${unnamed} +all +60 +100000 +0\\.00 of - +2027-02-19`));
    expect(out).toContain('2 keys. Spending is of the running period');
  });

  it('reads every page', async () => {
    for (let made = 0; made < 101; made++) gateway.add({ key_alias: `key-${made}` });
    const { out } = await keys('list', '--json');
    expect(JSON.parse(out).map(({ name }: { name: string }) => name)).toEqual(
      gateway.rows.map(({ key_alias }) => key_alias),
    );
  });

  it('says how to make the first one', async () => {
    expect((await keys('list')).out).toContain('keys create --name');
  });
});

describe('keys revoke', () => {
  it('ends the key of a name, by its id', async () => {
    gateway.add({ key_alias: 'other' });
    const { token } = gateway.add({ key_alias: 'wiki-bot' });
    const { code, out } = await keys('revoke', 'wiki-bot');
    expect(code).toBe(0);
    expect(out).toContain(`Revoked wiki-bot (${token.slice(0, 8)}, ...er-1)`);
    expect(gateway.asked.at(-1)?.body).toEqual({ keys: [token] });
    expect(gateway.rows.map(({ key_alias }) => key_alias)).toEqual(['other']);
  });

  it('takes the id of a key without a name, cut as in the list', async () => {
    const { token } = gateway.add({});
    expect((await keys('revoke', token.slice(0, 8), '--json')).code).toBe(0);
    expect(gateway.rows).toEqual([]);
  });

  it('names the nearest key when there is none', async () => {
    gateway.add({ key_alias: 'wiki-bot' });
    const { code, err } = await keys('revoke', 'wikibot');
    expect(code).toBe(1);
    expect(oneLine(err)).toBe(
      'The gateway has no key with the name or id wikibot. Did you mean `wiki-bot`? List them: llm-constructs keys list',
    );
  });

  it('ends none of several that a word means, and lists them', async () => {
    const twins = [gateway.add({ key_alias: 'twin' }), gateway.add({ key_alias: 'twin' })];
    const { code, err } = await keys('revoke', 'twin');
    expect(code).toBe(1);
    for (const { token } of twins) expect(err).toContain(token.slice(0, 12));
    expect(gateway.rows).toHaveLength(2);
  });

  it('does not take the value, which then would stand in the history of the shell', async () => {
    const { code, err } = await keys('revoke', 'sk-abc');
    expect(code).toBe(1);
    expect(err).not.toContain('sk-abc');
    expect(gateway.asked).toEqual([]);
  });
});

describe('the way to the gateway', () => {
  it('asks for the operator key, and says where it is', async () => {
    vi.stubEnv('LLM_MASTER_KEY', '');
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('output OperatorKey of the stack is the command');
    expect(err).toContain('export LLM_MASTER_KEY=$(cat secrets/operator_key)');
  });

  it('takes the operator key from standard input, and adds the sk- that a cloud secret lacks', async () => {
    vi.stubEnv('LLM_MASTER_KEY', 'sk-another');
    const piped = { input: 'operator\n' };
    const { code } = await ran(['keys', 'list', '--master-key-stdin', '--url', gateway.url], piped);
    expect(code).toBe(0);
  });

  it.each(['two words', '{"SecretString": "x"}', 'a\nb'])(
    'refuses %j as operator key, unseen',
    async (value) => {
      vi.stubEnv('LLM_MASTER_KEY', value);
      const { code, err } = await keys('list');
      expect(code).toBe(1);
      expect(err).toContain('give the bare key');
      expect(err).not.toContain(value);
    },
  );

  it('says that the tunnel is not open', async () => {
    const { url } = gateway;
    await gateway.stop();
    const { code, err } = await ran(['keys', 'list', '--url', url]);
    gateway = await FakeKeyGateway.start();
    expect(code).toBe(1);
    expect(oneLine(err)).toContain(`Nothing answers at ${url} (ECONNREFUSED). Open the tunnel first`);
  });

  it('says that the operator key is another, and does not repeat it', async () => {
    vi.stubEnv('LLM_MASTER_KEY', 'sk-application');
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('does not take the key in LLM_MASTER_KEY');
    expect(err).not.toContain('sk-application');
  });

  it('does not repeat the operator key when the server does', async () => {
    gateway.broken = { status: 401, text: `{"error":{"message":"no key like ${operator} is known"}}` };
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('no key like (the key) is known');
    expect(err).not.toContain(operator);
  });

  it('says that nothing answers when an answer is cut off', async () => {
    gateway.broken = {
      status: 200,
      text: '{"keys":',
      headers: { 'content-length': '4000', connection: 'close' },
    };
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('Nothing answers at');
  });

  it.each([
    ['{"keys":[null]}', 'a key without token'],
    ['{"keys":[{"token":5}]}', 'token is 5'],
    ['{"keys":[{"token":"a","spend":"1.5"}]}', 'spend is "1.5"'],
    ['{"keys":[{"token":"a","models":"abc"}]}', 'models is "abc"'],
    ['{"keys":[{"token":"a","expires":5}]}', 'expires is 5'],
    ['{"keys":[],"total_pages":"many"}', 'total_pages is "many"'],
  ])('refuses %s, and says what it does not understand', async (text, what) => {
    gateway.broken = { status: 200, text };
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain(`does not understand: ${what}. It is made for LiteLLM 1.106.2.`);
  });

  it('asks a server for no end of pages', async () => {
    gateway.broken = { status: 200, text: '{"keys":[{"token":"a"}],"total_pages":1000000000}' };
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('has 1000000000 pages of 100 keys; at most 1000 can be listed');
  });

  it('takes a list of models with holes', async () => {
    gateway.broken = { status: 200, text: '{"data":[null,{"id":7},{"id":"qwen3-8b"}]}' };
    const { code, err } = await keys('create', '--name', 'a', '--model', 'qwen3');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('Served are qwen3-8b.');
  });

  it('says that something else listens there, and follows it nowhere', async () => {
    gateway.broken = { status: 302, text: '<html>', headers: { location: 'http://127.0.0.1:1/' } };
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain('answers 302, but not as the gateway does');
  });

  it('passes on what the gateway says when its database is away', async () => {
    gateway.broken = {
      status: 500,
      text: '{"error":{"message":"Authentication Error, Error in external connector (id 0)","type":"internal_server_error","param":"None","code":"500"}}',
    };
    const { code, err } = await keys('list');
    expect(code).toBe(1);
    expect(oneLine(err)).toContain(
      'answers 500: Authentication Error, Error in external connector (id 0). Keys live',
    );
  });

  it.each([
    ['http://llm.example.com', 'unencrypted to llm.example.com'],
    ['http://127.evil.example', 'unencrypted to 127.evil.example'],
    ['ftp://localhost', 'is no address'],
    ['localhost:4000', 'is no address'],
    ['http://me:secret@localhost:4000', 'Leave it out'],
  ])('refuses %s', async (url, message) => {
    const { code, err } = await ran(['keys', 'list', '--url', url]);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  it('takes the address of the API too', async () => {
    expect((await ran(['keys', 'list', '--url', `${gateway.url}/v1/`])).code).toBe(0);
  });

  it.each([
    [[], 'keys needs a word more: create, list or revoke'],
    [['destroy'], 'keys has no destroy: create, list or revoke'],
  ])('says what follows keys, after %j', async (words, message) => {
    const { code, err } = await ran(['keys', ...words]);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});
