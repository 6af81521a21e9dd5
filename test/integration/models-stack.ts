import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { parse } from 'yaml';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { engineServices } from '../../lib/runtime/layout';
import { fakeAws } from '../runtime/fake-cloud';
import { Sandbox } from '../runtime/sandbox';
import { FakeEngine } from './fake-engine';
import { Gateway } from './gateway';
import { composeService, differences, generated } from './generated';
import { Postgres } from './postgres';
import { Redis } from './redis';
import { operatorKey } from './stack';

/** What a fake server was asked. */
export interface Asked {
  path: string;
  authorization: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client said; tests look at single values
  body: any;
}

/** A body that is a text is sent as it is, anything else as JSON. */
type Answerer = (asked: Asked) => { status?: number; type?: string; body: unknown };

/** A small server on the loopback interface that notes what it is asked. */
export class FakeServer {
  readonly asked: Asked[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(answer: Answerer): Promise<FakeServer> {
    const server = createServer(async (request: IncomingMessage, response) => {
      let text = '';
      for await (const piece of request) text += piece;
      const { authorization = '' } = request.headers;
      const asked = { path: request.url ?? '', authorization, body: text === '' ? {} : JSON.parse(text) };
      fake.asked.push(asked);
      const { status = 200, type = 'application/json', body } = answer(asked);
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const fake = new FakeServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return fake;
  }

  stop(): void {
    this.server.close().closeAllConnections();
  }
}

/** What the gateway reaches beside its engines. */
export interface Outside {
  bedrock: FakeServer;
  /** Gives the machine's role, as IMDS does. */
  metadata: FakeServer;
  analyzer: FakeServer;
  anonymizer: FakeServer;
  /** An engine that says what it was told; stands for the engine of the adapter's model where a test asks it to. */
  echo: FakeServer;
}

/** Real LiteLLM, Redis and Postgres with the generated configuration; engines and everything outside are fakes. */
export class ModelsStack {
  private constructor(
    readonly gateway: Gateway,
    readonly engines: Record<string, FakeEngine>,
    private readonly ends: (() => unknown)[],
    private readonly postgres: Postgres,
  ) {}

  /** `echoing`: the engine whose place the echo takes. */
  static async start(plan: SingleServerPlan, outside: Outside, echoing?: string): Promise<ModelsStack> {
    const machine = new Sandbox(plan);
    machine.command('aws', fakeAws(machine.root));
    machine.write('/secrets/llm-master-key-secret', operatorKey);
    machine.write('/secrets/llm-internal-secret', 'a seed for passwords between containers');
    const fetched = await machine.run('python3', machine.program('fetch_secrets.py'));
    if (fetched.status !== 0) throw new Error(`fetch_secrets.py failed: ${fetched.stderr}`);
    const engineKey = /VLLM_API_KEY='([^']*)'/.exec(machine.read('/run/llm/engine.env'))?.[1] ?? '';
    const engines = Object.fromEntries(
      await Promise.all(
        engineServices(plan).map(async ({ service, model }) => {
          return [service, await FakeEngine.start(model.name, engineKey)] as const;
        }),
      ),
    );
    const postgres = await Postgres.copyOf(inject('migratedCluster'));
    postgres.sql(`alter role litellm password '${machine.read('/run/llm/database_password')}'`);
    const redis = await Redis.start(
      composeService(plan, 'valkey').command,
      machine.read('/run/llm/valkey.conf'),
    );
    const folder = mkdtempSync(join(tmpdir(), 'llm-gateway-'));
    const identity = [
      `AWS_EC2_METADATA_SERVICE_ENDPOINT='${outside.metadata.url}'`,
      `AWS_BEDROCK_RUNTIME_ENDPOINT='${outside.bedrock.url}'`,
      // as compose fills them in
      "LLM_GUARDRAIL_ID='filterofthetest'",
      "LLM_GUARDRAIL_VERSION='7'",
    ];
    const secrets = machine
      .read('/run/llm/gateway.env')
      .replace('@postgres:5432/', `@127.0.0.1:${postgres.port}/`);
    const ends = [
      ...Object.values(engines).map((engine) => () => engine.stop()),
      ...Object.values(outside).map((server: FakeServer) => () => server.stop()),
      () => redis.remove(),
      () => postgres.remove(),
      () => machine.remove(),
      () => rmSync(folder, { recursive: true, force: true }),
    ];
    const gateway = await Gateway.start(composeService(plan, 'gateway'), {
      folder,
      config: addressed(plan, { ...urls(engines), ...(echoing && { [echoing]: outside.echo.url }) }, outside),
      mounted: (path) => generated(plan, path),
      secrets: `${secrets}${identity.join('\n')}\n`,
      redisPort: redis.port,
    }).catch(async (error) => {
      for (const end of ends) await end();
      throw error;
    });
    return new ModelsStack(gateway, engines, ends, postgres);
  }

  engine(service: string): FakeEngine {
    const engine = this.engines[service];
    if (engine === undefined) throw new Error(`engines are ${Object.keys(this.engines).join(', ')}`);
    return engine;
  }

  /** Rows of the gateway's database. */
  sql(text: string): string {
    return this.postgres.sql(text, 'litellm');
  }

  async remove(): Promise<void> {
    await this.gateway.kill();
    for (const end of this.ends) await end();
  }
}

const urls = (engines: Record<string, FakeEngine>) =>
  Object.fromEntries(Object.entries(engines).map(([service, { url }]) => [service, url]));

/** `litellm.yaml` with other addresses and nothing else. */
function addressed(plan: SingleServerPlan, engines: Record<string, string>, outside: Outside): string {
  const original = generated(plan, 'litellm.yaml');
  let text = original;
  for (const [service, url] of Object.entries(engines))
    text = text.replaceAll(`http://${service}:8000/v1`, `${url}/v1`);
  text = text.replaceAll('http://pii-analyzer:3000', outside.analyzer.url);
  text = text.replaceAll('http://pii-anonymizer:3000', outside.anonymizer.url);
  const changed = differences(parse(original), parse(text));
  const other = changed.filter((path) => !/\.litellm_params\.(api_base|presidio_\w+_api_base)$/.test(path));
  if (other.length > 0) throw new Error(`not the generated configuration: ${other.join(', ')} differ`);
  return text;
}

/** Bedrock's filter, for which one word is violent, one in answers alone, and one too much. */
function looked(source: string, content: string) {
  if (content.includes('unlookable')) return { status: 500, body: { message: 'internal' } };
  const usage = { contentPolicyUnits: 1 };
  const blocked = content.includes('forbidden') || (source === 'OUTPUT' && /hideous|t240/.test(content));
  if (!blocked) return { body: { action: 'NONE', outputs: [], assessments: [], usage } };
  const filters = [{ type: 'VIOLENCE', confidence: 'HIGH', action: 'BLOCKED' }];
  const outputs = [{ text: 'Blocked by the content filter.' }];
  return {
    body: { action: 'GUARDRAIL_INTERVENED', outputs, assessments: [{ contentPolicy: { filters } }], usage },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what a client said
type Body = any;
const piecesOf = (said: string) => said.match(/.{1,4}/gs) ?? [];
const events = (list: { type: string }[]) => ({
  type: 'text/event-stream',
  body: list.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
});

/** vLLM's own form of Anthropic's API. */
function anthropicEcho({ model, messages, stream }: Body) {
  const { content } = messages.at(-1);
  const said = `You said: ${typeof content === 'string' ? content : content[0].text}`;
  const usage = { input_tokens: 5, output_tokens: 5 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null, usage };
  if (!stream)
    return { body: { ...message, content: [{ type: 'text', text: said }], stop_reason: 'end_turn' } };
  return events([
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } } as { type: string },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as { type: string },
    ...piecesOf(said).map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 } as { type: string },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage } as {
      type: string;
    },
    { type: 'message_stop' },
  ]);
}

/** vLLM's form of OpenAI's responses. */
function responsesEcho({ model, input, stream }: Body) {
  const content = typeof input === 'string' ? input : input.at(-1).content;
  const said = `You said: ${typeof content === 'string' ? content : content[0].text}`;
  const part = { type: 'output_text', text: said, annotations: [] };
  const item = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [part] };
  const details = {
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const usage = { input_tokens: 5, output_tokens: 5, total_tokens: 10, ...details };
  const common = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
  };
  const whole = { ...common, status: 'completed', output: [item], usage };
  if (!stream) return { body: whole };
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  return events([
    { type: 'response.created', response: { ...common, status: 'in_progress', output: [] } } as {
      type: string;
    },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } } as {
      type: string;
    },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } } as { type: string },
    ...piecesOf(said).map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.output_text.done', ...place, text: said } as { type: string },
    { type: 'response.content_part.done', ...place, part } as { type: string },
    { type: 'response.output_item.done', output_index: 0, item } as { type: string },
    { type: 'response.completed', response: whole } as { type: string },
  ]);
}

const email = /[\w.]+@[\w.]+/g;

/** Servers that stand for Bedrock, for the machine's metadata, and for Presidio, which finds e-mail alone. */
export async function startOutside(): Promise<Outside> {
  // the model that is told a status answers with it
  const bedrock = await FakeServer.start(({ path, body }) => {
    if (path.startsWith('/guardrail/')) return looked(body.source, JSON.stringify(body.content));
    const told = path.includes('nova-pro') && /status (\d+)/.exec(JSON.stringify(body))?.[1];
    if (told) return { status: Number(told), body: { message: 'refused' } };
    return {
      body: {
        output: { message: { role: 'assistant', content: [{ text: 'from the cloud' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
        metrics: { latencyMs: 1 },
      },
    };
  });
  const role = {
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIAROLEOFTHEMACHINE',
    SecretAccessKey: 'of-the-role',
    Token: 'session-of-the-role',
    Expiration: '2099-01-01T00:00:00Z',
  };
  const metadata = await FakeServer.start(({ path }) => {
    if (path.endsWith('/api/token')) return { body: 'a-token' };
    return { body: path.endsWith('/security-credentials/') ? 'the-role' : role };
  });
  const analyzer = await FakeServer.start(({ body }) => ({
    body: [...String(body.text).matchAll(email)].map(({ 0: found, index }) => ({
      entity_type: 'EMAIL_ADDRESS',
      start: index,
      end: index + found.length,
      score: 1,
    })),
  }));
  const anonymizer = await FakeServer.start(({ body }) => ({
    body: { text: String(body.text).replace(email, '<EMAIL_ADDRESS>'), items: [] },
  }));
  const echo = await FakeServer.start(({ path, body }) => {
    if (path === '/v1/models') return { body: { data: [] } };
    if (path === '/v1/messages') return anthropicEcho(body);
    if (path === '/v1/responses') return responsesEcho(body);
    const said = `You said: ${body.messages.at(-1).content}`;
    const base = { id: `echo-${Math.random()}`, created: 1, model: body.model };
    if (!body.stream) {
      const message = { role: 'assistant', content: said };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 };
      return { body: { ...base, object: 'chat.completion', choices, usage } };
    }
    const pieces = said.match(/.{1,4}/gs) ?? [];
    const chunks = [...pieces, undefined].map((content) => ({
      ...base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { content }, finish_reason: content === undefined ? 'stop' : null }],
    }));
    const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    return { type: 'text/event-stream', body: `${events.join('')}data: [DONE]\n\n` };
  });
  return { bedrock, metadata, analyzer, anonymizer, echo };
}
