import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LlamaFlag, llamaServerFlags } from '../../lib/catalog/engine-flags';
import { localImages } from '../../lib/catalog/images';
import { Child } from './child';
import { Client } from './client';
import { freePort } from './free-port';
import { chatTokens, embedTokens, LlamaFolder, llamaServer } from './llama-folder';
import { LocalStack } from './local-stack';
import { countTokens } from './random-gguf';
import { until } from './until';

const printable = /^[!-~]+$/;
const model = 'chat';
const secret = 'nobody-may-read-this-in-a-log';

describe.skipIf(llamaServer === undefined)('llama-server as it was compiled', () => {
  it('is the commit of the pinned image', () => {
    const { stderr, stdout } = spawnSync(llamaServer as string, ['--version'], { encoding: 'utf8' });
    const commit = /commit ([0-9a-f]{7,})/.exec(stdout + stderr)?.[1];
    expect(localImages.llamaCpp.source).toContain(`commit ${commit}`);
  });

  it('has the flags of the catalogue and no other', () => {
    const { stdout } = spawnSync(llamaServer as string, ['--help'], { encoding: 'utf8' });
    const named = ({ flag, takesValue }: Pick<LlamaFlag, 'flag' | 'takesValue'>) => `${flag} ${takesValue}`;
    expect(flagsOf(stdout).map(named).sort()).toEqual(llamaServerFlags().map(named).sort());
  });
});

/** Long names in the help's first column, and whether a value follows. */
function flagsOf(help: string) {
  const heads = help
    .split('\n')
    .filter((line) => /^--?[a-zA-Z]/.test(line))
    .map((line) => (line.charAt(39) === ' ' ? line.slice(0, 40) : line).trim());
  return heads.flatMap((head) => {
    const parts = head.split(/,\s+(?=-)/);
    const takesValue = parts.some((part) => part.includes(' '));
    const names = parts.map((part) => part.split(/\s/)[0] as string);
    return names.filter((name) => name.startsWith('--')).map((name) => ({ flag: name.slice(2), takesValue }));
  });
}

describe.skipIf(llamaServer === undefined)(
  'what compose --engine llama.cpp writes, with random weights',
  () => {
    let folder: LlamaFolder;
    let stack: LocalStack;
    let client: Client;

    const start = async () => {
      folder = await LlamaFolder.write();
      stack = await LocalStack.start(folder.path, (word) =>
        word === '/app/llama-server' ? (llamaServer as string) : word,
      );
      client = new Client(stack.gateway.url, stack.operatorKey);
      for (const name of Object.keys(stack.engines)) await loaded(name);
    };
    const loaded = (name: string) =>
      until(`${name} has its weights`, async () => {
        stack.engine(name).child?.mustRun();
        const answer = await fetch(`${stack.engine(name).url}/health`).catch(() => undefined);
        return answer?.status === 200;
      });
    beforeAll(start);
    afterAll(async () => {
      await stack?.remove();
      folder?.remove();
    });

    const engineKey = () => ({ authorization: `Bearer ${stack.read('secrets/engine_key')}` });
    const series = async (name: string) => {
      const answer = await fetch(`${stack.engine('engine-chat-0').url}/metrics`, { headers: engineKey() });
      const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name} `));
      if (line === undefined) throw new Error(`llama-server counts no ${name}`);
      return Number(line.split(' ').at(-1));
    };
    const well = async () => (await client.chat('short', model, { max_tokens: 4 })).status === 200;

    it('answers through the chat template, and counts the tokens of prompt and answer', async () => {
      const messages = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: `Who are you? ${secret}` },
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

    it('answers more requests at once than it has sequences for: the others wait', async () => {
      const parallel = 4;
      const asked = Array.from({ length: 3 * parallel }, (_, index) =>
        client.chat(`number ${index}`, model, { max_tokens: 1500 }),
      );
      await until('some wait', async () => (await series('llamacpp:requests_deferred')) > 0);
      expect(await series('llamacpp:requests_processing')).toBeLessThanOrEqual(parallel);
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200));
    });

    it('gives each sequence the whole context of the plan', async () => {
      const url = stack.engine('engine-chat-0').url;
      const { default_generation_settings: settings, total_slots: slots } = (await (
        await fetch(`${url}/props`, { headers: engineKey() })
      )
        // biome-ignore lint/suspicious/noExplicitAny: what a server says, of which two values are read
        .json()) as any;
      expect([settings.n_ctx, slots]).toEqual([chatTokens, 4]);
    });

    it('says that a prompt is too long for the model, once, as the fault of the request', async () => {
      const answer = await client.chat('x'.repeat(chatTokens + 1000), model);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/context/i);
      expect(await well()).toBe(true);
    });

    it('goes on answering after requests that the engine takes for its own errors', async () => {
      const image = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
      const messages = [{ role: 'user', content: image }];
      for (let sent = 0; sent < 8; sent++) {
        const answer = await client.ask('/v1/chat/completions', { model, messages });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.text).toContain('image input is not supported');
        expect(await well()).toBe(true);
      }
    });

    it('embeds texts: vectors of length one, equal for equal texts and only for them', async () => {
      const input = ['a text', 'another text', 'a text'];
      const answer = await client.ask('/v1/embeddings', { model: 'embed', input });
      expect(answer.status, answer.text).toBe(200);
      const vectors: number[][] = answer.json.data.map((one: { embedding: number[] }) => one.embedding);
      for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 4);
      const [first, other, again] = vectors as [number[], number[], number[]];
      expect(cosine(first, again)).toBeCloseTo(1, 4);
      expect(cosine(first, other)).toBeLessThan(0.999);
      expect(answer.json.usage.prompt_tokens).toBe(input.join('').length);
    });

    it('embeds a text that fills the context, refuses a longer one, and goes on', async () => {
      const embed = (tokens: number) =>
        client.ask('/v1/embeddings', { model: 'embed', input: 'x'.repeat(tokens) });
      expect((await embed(embedTokens)).status).toBe(200);
      for (let sent = 0; sent < 8; sent++) {
        const refused = await embed(embedTokens + 1);
        expect(refused.status).toBeGreaterThanOrEqual(400);
        expect(refused.text).toMatch(/too large|context/);
        expect((await embed(10)).status).toBe(200);
      }
    });

    it('shows strangers nothing but that it is well', async () => {
      const url = stack.engine('engine-chat-0').url;
      const status = async (path: string) => (await fetch(`${url}${path}`)).status;
      expect(await status('/health')).toBe(200);
      for (const path of ['/metrics', '/v1/models', '/props', '/slots'])
        expect([path, await status(path)]).toEqual([path, 401]);
      expect(await status('/')).toBe(404);
      const site = await fetch(`${url}/health`, { headers: { origin: 'https://any.site' } });
      expect(site.headers.get('access-control-allow-origin')).toBeNull();
    });

    it('gives a key and a request, by key.sh', async () => {
      const { exit, text } = await stack.keyScript();
      expect(exit, text).toBe(0);
      const key = /shown once: (sk-\S+)/.exec(text)?.[1] ?? '';
      const answer = await new Client(stack.gateway.url, key).chat('hello', model, { max_tokens: 4 });
      expect(answer.status, answer.text).toBe(200);
    });

    it('tells the engine to stop when the client went away', async () => {
      await client.leave('never mind', model);
      await until('the engine is idle', async () => (await series('llamacpp:requests_processing')) === 0);
    });

    it('is seen by signals.py under the names of the cloud', async () => {
      const signals = await Signals.start(stack);
      try {
        const first = await signals.read();
        expect(first.llm_up).toBe(1);
        expect(first).not.toHaveProperty('llm_kv_cache_percent');
        const asked = client.stream('a long one', model, { more: { max_tokens: 5000 } });
        await until('one runs', async () => ((await signals.read()).llm_in_flight_ratio ?? 0) > 0);
        expect((await asked).error).toBeUndefined();
        const after = await signals.read();
        expect(after).toMatchObject({ llm_in_flight_ratio: 0, llm_waiting_requests: 0 });
        expect(after.llm_tokens_per_second).toBeGreaterThan(0);
        expect(after.llm_inter_token_ms).toBeGreaterThan(0);
      } finally {
        await signals.end();
      }
    });

    it('answers again after the engine was killed in the middle of a stream', async () => {
      const engine = stack.engine('engine-chat-0');
      let killed: Promise<void> | undefined;
      const streamed = await client.stream('a long one', model, {
        more: { max_tokens: chatTokens - 1000 },
        onPiece: () => {
          killed ??= engine.child?.kill();
        },
      });
      await killed;
      expect(streamed).toMatchObject({ status: 200, cut: false });
      expect(streamed.error).toBeDefined();
      engine.start();
      await until('answers come again', well);
    });

    it('writes no prompt into a log', () => {
      for (const { log } of Object.values(stack.engines)) expect(log).not.toContain(secret);
      expect(stack.gateway.log).not.toContain(secret);
    });

    it('cuts no answer when it is stopped as docker stops it: the gateway first', async () => {
      let begun: () => void = () => {};
      const running = new Promise<void>((done) => {
        begun = done;
      });
      const streamed = client.stream('to its end', model, { more: { max_tokens: 3000 }, onPiece: begun });
      await running;
      stack.gateway.terminate();
      expect(await streamed).toMatchObject({ status: 200, done: true, cut: false, error: undefined });
      await stack.gateway.end();
      for (const { child } of Object.values(stack.engines)) {
        child?.signal('SIGTERM');
        expect(await child?.end()).toBe(0);
      }
    });
  },
);

/** The folder's own signals.py, with the places of containers given as addresses of the test. */
class Signals {
  private constructor(
    private readonly root: string,
    private readonly child: Child,
    private readonly port: number,
  ) {}

  static async start(stack: LocalStack): Promise<Signals> {
    const root = mkdtempSync(join(tmpdir(), 'llm-signals-'));
    const bundle = join(root, 'opt/llm/bundle');
    mkdirSync(bundle, { recursive: true });
    mkdirSync(join(root, 'run/llm'), { recursive: true });
    for (const name of ['machine.py', 'signals.py'])
      copyFileSync(join(stack.folder, name), join(bundle, name));
    copyFileSync(join(stack.folder, 'secrets/gateway.env'), join(root, 'run/llm/gateway.env'));
    const port = await freePort();
    let settings = readFileSync(join(stack.folder, 'signals.json'), 'utf8');
    for (const [name, { url }] of Object.entries(stack.engines))
      settings = settings.replaceAll(`http://${name}:8000`, url);
    settings = settings.replaceAll('http://gateway:4000', stack.gateway.url).replace('0.0.0.0', '127.0.0.1');
    const plan = { ...JSON.parse(settings), ports: { signals: port } };
    writeFileSync(join(bundle, 'settings.json'), JSON.stringify(plan));
    const child = new Child('signals.py', ['python3', join(bundle, 'signals.py')], {
      env: { PATH: process.env.PATH, LLM_ROOT: root, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const signals = new Signals(root, child, port);
    await until('signals.py listens', () => signals.read().catch(() => undefined));
    return signals;
  }

  async read(): Promise<Record<string, number>> {
    this.child.mustRun();
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith('llm_'));
    return Object.fromEntries(
      lines.map((line) => [line.split(' ')[0] as string, Number(line.split(' ')[1])]),
    );
  }

  async end(): Promise<void> {
    await this.child.kill();
    rmSync(this.root, { recursive: true, force: true });
  }
}

const cosine = (one: number[], other: number[]) =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
