import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const commit = 'c'.repeat(40);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What the hub's client (huggingface_hub 2.4.0) asks of the hub for a download, for one model. */
export class FakeHub {
  /** Names of files whose content was asked for, in order. */
  readonly downloads: string[] = [];
  gated = false;
  /** SHA-256 that the hub tells of a file, where it is not that of its content. */
  wrongSums: Record<string, string> = {};
  /** Files whose content does not come to its end. */
  readonly stalled = new Set<string>();
  private constructor(
    private readonly server: Server,
    private readonly model: string,
    private readonly files: Record<string, string>,
  ) {}

  static async start(model: string, files: Record<string, string>): Promise<FakeHub> {
    const server = createServer();
    const hub = new FakeHub(server, model, files);
    server.on('request', (request, response) => hub.answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close().closeAllConnections();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '', this.url).pathname);
    const json = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (
      path === `/api/models/${this.model}/revision/main` ||
      path === `/api/models/${this.model}/revision/${commit}`
    )
      return void json(this.info());
    if (path.startsWith(`/api/models/${this.model}/tree/`)) return void json(this.tree());
    const name = new RegExp(`^/${this.model}/resolve/${commit}/(.+)$`).exec(path)?.[1];
    const text = name === undefined ? undefined : this.files[name];
    if (name === undefined || text === undefined)
      return void response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    if (this.gated && request.headers.authorization !== 'Bearer hf_allowed')
      return void response
        .writeHead(401, {
          'x-error-code': 'GatedRepo',
          'x-error-message': `Access to model ${this.model} is restricted.`,
        })
        .end();
    this.send(request, response, name, text);
  }

  private send(request: IncomingMessage, response: ServerResponse, name: string, text: string): void {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = text.slice(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': body.length,
      etag: `"${sha256(text)}"`,
      'x-repo-commit': commit,
      'accept-ranges': 'bytes',
      ...(from > 0 && { 'content-range': `bytes ${from}-${text.length - 1}/${text.length}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    this.downloads.push(name);
    if (this.stalled.has(name)) return void response.write(body.slice(0, 4));
    response.end(body);
  }

  private siblings() {
    return Object.entries(this.files).map(([rfilename, text]) => ({
      rfilename,
      size: text.length,
      blobId: sha256(text).slice(0, 40),
      ...(rfilename.endsWith('.safetensors') && {
        lfs: { sha256: this.wrongSums[rfilename] ?? sha256(text), size: text.length, pointerSize: 135 },
      }),
    }));
  }

  private info() {
    return {
      _id: '1',
      id: this.model,
      modelId: this.model,
      sha: commit,
      private: false,
      gated: this.gated ? 'manual' : false,
      tags: [],
      siblings: this.siblings(),
    };
  }

  private tree() {
    return this.siblings().map(({ rfilename, size, blobId, ...lfs }) => ({
      type: 'file',
      path: rfilename,
      size,
      oid: blobId,
      ...('lfs' in lfs && lfs.lfs
        ? { lfs: { oid: lfs.lfs.sha256, size: lfs.lfs.size, pointerSize: 135 } }
        : {}),
    }));
  }
}
