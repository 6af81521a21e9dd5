import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a worker dies: before the cloud hears of a step, or after it has done it and before the worker knows. */
export interface Fault {
  step: string;
  when: 'before' | 'after';
  /** Of that step, counted from when the fault is armed. */
  occurrence: number;
}

export interface Seen {
  step: string;
  path: string;
  status: number;
}

/** Stands between one worker and one server, names each request, and kills the worker at the fault. */
export class FaultProxy {
  readonly seen: Seen[] = [];
  private server: Server | undefined;
  private dead = false;
  url = '';

  constructor(
    private readonly target: () => string,
    private readonly stepOf: (incoming: IncomingMessage, body: Buffer) => string,
    /** True when the worker was killed there. */
    private readonly reached: (step: string, when: Fault['when']) => boolean,
  ) {}

  async listen(): Promise<this> {
    const server = createServer((incoming, outgoing) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece) => pieces.push(piece));
      incoming.on('end', () => {
        const body = Buffer.concat(pieces);
        const step = this.stepOf(incoming, body);
        if (this.dead || this.reached(step, 'before')) return this.drop(outgoing);
        const target = new URL(this.target());
        const headers = { ...incoming.headers, host: incoming.headers.host };
        const options = { host: target.hostname, port: target.port, path: incoming.url, headers };
        const onward = request({ ...options, method: incoming.method ?? 'GET' }, (answer) => {
          const back: Buffer[] = [];
          answer.on('data', (piece) => back.push(piece));
          answer.on('end', () => {
            this.seen.push({ step, path: incoming.url ?? '', status: answer.statusCode ?? 0 });
            if (this.dead || this.reached(step, 'after')) return this.drop(outgoing);
            outgoing.writeHead(answer.statusCode ?? 0, answer.headers).end(Buffer.concat(back));
          });
        });
        onward.on('error', () => outgoing.destroy());
        onward.end(body);
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this;
  }

  private drop(outgoing: { destroy(): unknown }): void {
    this.dead = true;
    outgoing.destroy();
  }

  close(): void {
    this.dead = true;
    this.server?.close().closeAllConnections();
  }
}
