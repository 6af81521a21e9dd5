import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { unknownKeys } from './request-keys';
import { pause } from './until';

/** What is wrong with an engine, or slow; nothing by default. */
export interface Behaviour {
  /** Requests are refused with this status. */
  status?: 429 | 500 | 503;
  /** How many of them; all of them when left out. */
  refusals?: number;
  /** Connections are cut as soon as a request is read, as by a process that dies again and again. */
  dies?: boolean;
  /** Prompts with more characters are refused in vLLM's words. */
  maxPromptCharacters?: number;
  /** Requests are taken and never answered. */
  hangs?: boolean;
  /** Before the first token. */
  firstTokenMs?: number;
  betweenTokensMs?: number;
  tokens?: number;
  /** The connection is cut after so many tokens. */
  dieAfterTokens?: number;
}

interface Asked {
  path: string;
  body: Record<string, unknown>;
}

/** An engine that speaks OpenAI's protocol and vLLM's series, whose faults a test switches. */
export class FakeEngine {
  behaviour: Behaviour = {};
  /** Every request for an answer, in order. */
  readonly asked: Asked[] = [];
  /** Their headers, in the same order. */
  readonly headers: IncomingHttpHeaders[] = [];
  /** Keys of bodies that vLLM does not know. */
  readonly unknown = new Set<string>();
  running = 0;
  /** What `/metrics` says waits; the engine itself never queues. */
  waiting = 0;
  kvCacheShare = 0.25;
  private generated = 0;
  private gaps = 0;
  private gapSeconds = 0;
  private server: Server | undefined;
  port = 0;

  private constructor(
    readonly model: string,
    private readonly key: string,
  ) {}

  static async start(model: string, key: string): Promise<FakeEngine> {
    const engine = new FakeEngine(model, key);
    await engine.resume();
    return engine;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get hits(): number {
    return this.asked.length;
  }

  /** Listens, at first on a free port and later on the same one. */
  async resume(): Promise<void> {
    const server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((done) => server.listen(this.port, '127.0.0.1', done));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** As a killed process: nobody listens and every connection is cut. */
  stop(): void {
    this.server?.close().closeAllConnections();
  }

  remove(): void {
    this.stop();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path === '/health') return end(response, 200, '');
    if (path === '/metrics') return end(response, 200, this.metrics(), 'text/plain');
    let text = '';
    for await (const piece of request) text += piece;
    if (request.headers.authorization !== `Bearer ${this.key}`)
      return end(response, 401, '{"error":"Unauthorized"}');
    if (path === '/v1/models') return end(response, 200, JSON.stringify({ data: [{ id: this.model }] }));
    const body = JSON.parse(text);
    for (const key of unknownKeys(path, body)) this.unknown.add(key);
    this.asked.push({ path, body });
    this.headers.push(request.headers);
    const {
      status,
      refusals = Number.POSITIVE_INFINITY,
      hangs,
      dies,
      maxPromptCharacters = Number.POSITIVE_INFINITY,
      firstTokenMs = 0,
    } = this.behaviour;
    if (hangs) return;
    if (dies) {
      response.destroy();
      return;
    }
    if (text.length > maxPromptCharacters)
      return end(response, 400, tooLong(maxPromptCharacters, text.length));
    if (status !== undefined && refusals > 0) {
      this.behaviour = { ...this.behaviour, refusals: refusals - 1 };
      return end(
        response,
        status,
        JSON.stringify({ error: { message: `made to say ${status}`, code: status } }),
      );
    }
    this.running++;
    try {
      await pause(firstTokenMs);
      await (body.stream === true ? this.stream(path, body, response) : this.whole(path, response));
    } finally {
      this.running--;
    }
  }

  private async whole(path: string, response: ServerResponse): Promise<void> {
    const { tokens = 5, dieAfterTokens } = this.behaviour;
    if (dieAfterTokens !== undefined) {
      response.destroy();
      return;
    }
    this.generated += tokens;
    end(response, 200, JSON.stringify(wholeAnswer(path, this.model, tokens)));
  }

  private async stream(path: string, body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    const { tokens = 5, betweenTokensMs = 0, dieAfterTokens = Number.POSITIVE_INFINITY } = this.behaviour;
    const id = answerId();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let token = 0; token < tokens && !response.destroyed; token++) {
      if (token >= dieAfterTokens) {
        response.destroy();
        return;
      }
      if (token > 0) {
        await pause(betweenTokensMs);
        this.gaps++;
        this.gapSeconds += betweenTokensMs / 1000;
      }
      this.generated++;
      response.write(event(chunk(path, id, this.model, `t${token} `)));
    }
    response.write(event(chunk(path, id, this.model, null)));
    if ((body.stream_options as { include_usage?: boolean } | undefined)?.include_usage)
      response.write(event({ ...chunk(path, id, this.model, null), choices: [], usage: usage(tokens) }));
    response.end('data: [DONE]\n\n');
  }

  private metrics(): string {
    const labels = `{engine="0",model_name="${this.model}"}`;
    const series = {
      'vllm:num_requests_running': this.running,
      'vllm:num_requests_waiting': this.waiting,
      'vllm:kv_cache_usage_perc': this.kvCacheShare,
      'vllm:generation_tokens_total': this.generated,
      'vllm:inter_token_latency_seconds_count': this.gaps,
      'vllm:inter_token_latency_seconds_sum': this.gapSeconds,
    };
    return Object.entries(series)
      .map(([name, value]) => `${name}${labels} ${value}\n`)
      .join('');
  }
}

/** vLLM 0.33.0's answer to a prompt beyond `--max-model-len`; a character counts as a token here. */
const tooLong = (limit: number, asked: number) =>
  JSON.stringify({
    error: {
      message: `This model's maximum context length is ${limit} tokens. However, your request has ${asked} input tokens. Please reduce the length of the input messages.`,
      type: 'BadRequestError',
      code: 400,
    },
  });

/** Tokens of the prompt in every answer. */
export const promptTokens = 11;

/** Its own for every answer, since the gateway's spend log has one row for each. */
const answerId = () => `answer-${randomUUID()}`;

const usage = (tokens: number) => ({
  prompt_tokens: promptTokens,
  completion_tokens: tokens,
  total_tokens: promptTokens + tokens,
});

function wholeAnswer(path: string, model: string, tokens: number): object {
  const text = Array.from({ length: tokens }, (_, token) => `t${token} `).join('');
  const base = { id: answerId(), created: 1, model, usage: usage(tokens) };
  if (path === '/v1/embeddings')
    return { ...base, object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }] };
  if (path === '/v1/completions')
    return { ...base, object: 'text_completion', choices: [{ index: 0, text, finish_reason: 'stop' }] };
  const message = { role: 'assistant', content: text };
  return { ...base, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] };
}

/** One token, or the end. */
function chunk(path: string, id: string, model: string, token: string | null): object {
  const finish_reason = token === null ? 'stop' : null;
  const base = { id, created: 1, model };
  if (path === '/v1/completions')
    return {
      ...base,
      object: 'text_completion',
      choices: [{ index: 0, text: token ?? '', finish_reason }],
    };
  const delta = token === null ? {} : { role: 'assistant', content: token };
  return { ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] };
}

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

function end(response: ServerResponse, status: number, text: string, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}
