import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pause } from '../integration/until';

export interface Asked {
  id: string;
  at: number;
  /** Of the request, as sent. */
  body: Record<string, unknown>;
}

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Speaks as the gateway does. The prompt of a request says what becomes of it. */
export class FakeGateway {
  readonly asked: Asked[] = [];
  /** Answers for every request while set. */
  refuse: Reply | undefined;
  /** What `/v1/embeddings` answers: JSON of 4,096 numbers. */
  readonly embedding = JSON.stringify({
    data: [{ index: 0, embedding: Array.from({ length: 4096 }, (_, at) => Math.sin(at) / 64) }],
  });
  /** Answers for every request of the model `away` while set. */
  away: Reply | undefined;
  delayMilliseconds = 0;
  inFlight = 0;
  mostInFlight = 0;
  signals = 'llm in_flight_ratio=0.1,up=1.0\n';
  private server: Server | undefined;
  port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(port = 0): Promise<this> {
    const server = createServer(async (incoming, outgoing) => {
      let text = '';
      for await (const piece of incoming) text += piece;
      this.inFlight += 1;
      this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
      const { status, body, headers } = await this.answer(incoming, text);
      this.inFlight -= 1;
      const sent = typeof body === 'string' ? body : JSON.stringify(body);
      outgoing.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(sent);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  private async answer(incoming: IncomingMessage, text: string): Promise<Reply> {
    if (incoming.url === '/signals') return { status: 200, body: this.signals };
    if (incoming.headers.authorization !== 'Bearer sk-batch') return { status: 401, body: { error: 'key' } };
    if (incoming.url === '/v1/models')
      return { status: 200, body: { data: [{ id: 'small' }, { id: 'away' }] } };
    const sent = JSON.parse(text);
    const { messages, model } = sent;
    if (incoming.url === '/v1/embeddings') return { status: 200, body: this.embedding };
    const prompt: string = messages[0].content;
    this.asked.push({ id: prompt, at: performance.now(), body: sent });
    if (this.delayMilliseconds > 0) await pause(this.delayMilliseconds);
    if (this.refuse !== undefined) return this.refuse;
    if (model === 'away' && this.away !== undefined) return this.away;
    const times = this.asked.filter(({ id }) => id === prompt).length;
    if (prompt.startsWith('refused')) return { status: 400, body: { error: { message: 'too long' } } };
    if (prompt.startsWith('breaks')) return { status: 500, body: { error: { message: 'engine' } } };
    if (prompt.startsWith('busy') && times === 1)
      return { status: 429, body: { error: { message: 'full' } }, headers: { 'Retry-After': '1' } };
    const answer = {
      model,
      choices: [{ message: { role: 'assistant', content: `you said ${prompt}\u2028é` } }],
    };
    return { status: 200, body: answer, headers: { 'x-litellm-call-id': `call-${prompt}` } };
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
