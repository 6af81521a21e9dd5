import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Queued {
  id: string;
  body: string;
  properties: Record<string, unknown>;
  deliveries: number;
  lock?: { token: string; ends: number };
}

/**
 * The requests of Service Bus's REST API that the worker makes, in the shape that Microsoft's reference gives
 * (Send Message Batch, Peek-Lock, Renew-Lock, Delete Message; read 2026-11). Any other request is answered 400.
 */
export class FakeServiceBus {
  readonly queues: Record<string, Queued[]> = {};
  readonly requests = new Set<string>();
  private server: Server | undefined;
  url = '';

  constructor(
    names: string[],
    private readonly lockMilliseconds: number,
  ) {
    for (const name of names) this.queues[name] = [];
  }

  async listen(): Promise<this> {
    const server = createServer(async (incoming, outgoing) => {
      let body = '';
      for await (const piece of incoming) body += piece;
      const url = new URL(incoming.url ?? '', 'http://bus');
      const words = [incoming.method ?? '', url.pathname, incoming.headers['content-type'] ?? ''] as const;
      const known = incoming.headers.authorization?.startsWith('Bearer ');
      const { status, headers = {}, text = '' } = known ? this.answer(...words, body) : { status: 401 };
      outgoing.writeHead(status, headers).end(text);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this;
  }

  add(queue: string, body: string, properties: Record<string, unknown> = {}): void {
    this.queues[queue]?.push({ id: randomUUID(), body, properties, deliveries: 0 });
  }

  private answer(method: string, path: string, type: string, body: string): Answer {
    const [, name = '', messages, first, token] = path.split('/').map(decodeURIComponent);
    const queue = this.queues[name];
    if (queue === undefined || messages !== 'messages') return { status: 400 };
    const form = first === undefined ? '' : first === 'head' ? '/head' : '/{id}/{lock}';
    this.requests.add(`${method} /{queue}/messages${form}`);
    if (method === 'POST' && first === undefined && type === 'application/vnd.microsoft.servicebus.json') {
      for (const one of JSON.parse(body)) this.add(name, one.Body, one.UserProperties);
      return { status: 201 };
    }
    const now = performance.now();
    if (method === 'POST' && first === 'head') {
      const next = queue.find(({ lock }) => lock === undefined || lock.ends < now);
      if (next === undefined) return { status: 204 };
      next.deliveries += 1;
      next.lock = { token: randomUUID(), ends: now + this.lockMilliseconds };
      const broker = { MessageId: next.id, LockToken: next.lock.token, DeliveryCount: next.deliveries };
      return { status: 201, text: next.body, headers: { BrokerProperties: JSON.stringify(broker) } };
    }
    const locked = queue.find(({ id, lock }) => id === first && lock?.token === token);
    if (locked?.lock === undefined || locked.lock.ends < now)
      return { status: token === undefined ? 400 : 404 };
    if (method === 'POST') locked.lock.ends = now + this.lockMilliseconds;
    else if (method === 'DELETE') queue.splice(queue.indexOf(locked), 1);
    else return { status: 400 };
    return { status: 200 };
  }

  close(): void {
    this.server?.close().closeAllConnections();
  }
}

interface Answer {
  status: number;
  text?: string;
  headers?: Record<string, string>;
}
