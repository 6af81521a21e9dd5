import { operatorKey } from './stack';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a server said; tests look at single values
  json: any;
}

/** What a client saw of a stream. */
export interface Streamed {
  status: number;
  /** Pieces of the answer in order. */
  pieces: string[];
  /** Lines that begin with a colon: they only keep the connection open. */
  comments: string[];
  /** Message of the error event. */
  error: string | undefined;
  /** `data: [DONE]` came. */
  done: boolean;
  /** The connection ended before the stream did. */
  cut: boolean;
}

/** A user of the API with a key. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly key = operatorKey,
  ) {}

  async ask(path: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Promise<Answer> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
  }

  /** A plain answer to one message. */
  chat(text: string, model: string, more: object = {}): Promise<Answer> {
    return this.ask('/v1/chat/completions', { model, messages: [{ role: 'user', content: text }], ...more });
  }

  /** Begins a stream and hangs up after the first bytes. */
  async leave(text: string, model: string): Promise<void> {
    const hangUp = new AbortController();
    const answer = await this.open(text, model, {}, hangUp.signal);
    await answer.body?.getReader().read();
    hangUp.abort();
  }

  private open(text: string, model: string, more: object, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: text }], stream: true, ...more }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The same as a stream, read to its end. */
  async stream(
    text: string,
    model: string,
    { onPiece = () => {}, more = {} }: { onPiece?: () => void; more?: object } = {},
  ): Promise<Streamed> {
    const answer = await this.open(text, model, more);
    const seen: Streamed = {
      status: answer.status,
      pieces: [],
      comments: [],
      error: undefined,
      done: false,
      cut: false,
    };
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const bytes of answer.body ?? []) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) note(seen, line, onPiece);
      }
    } catch {
      seen.cut = true;
    }
    return seen;
  }
}

function note(seen: Streamed, line: string, onPiece: () => void): void {
  if (line.startsWith(':')) seen.comments.push(line);
  if (!line.startsWith('data: ')) return;
  const data = line.slice('data: '.length);
  if (data === '[DONE]') {
    seen.done = true;
    return;
  }
  const event = parsed(data);
  if (event?.error !== undefined) seen.error = String(event.error.message);
  const piece = event?.choices?.[0]?.delta?.content;
  if (typeof piece !== 'string') return;
  seen.pieces.push(piece);
  onPiece();
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
