import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The operator's key of the fake. */
export const operator = 'sk-operator';

type Row = Record<string, unknown> & { token: string; key_alias: string | null };
type Said = { status: number; json: unknown };

/**
 * The management routes of LiteLLM 1.106.2 as they answered on 2026-11-21, with Postgres, rows cut to the fields
 * of keys: shapes and messages are recorded, test/integration/keys-command.integration.ts asks the real one.
 */
export class FakeKeyGateway {
  readonly asked: { method: string; url: string; body: Record<string, unknown> }[] = [];
  readonly rows: Row[] = [];
  /** Takes the place of every answer. */
  broken: { status: number; text: string; headers?: Record<string, string> } | undefined;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeKeyGateway> {
    const server = createServer();
    const gateway = new FakeKeyGateway(server);
    server.on('request', async (request, response) => {
      const { broken } = gateway;
      const { status, json } = broken ? { status: broken.status, json: null } : await gateway.answer(request);
      response.writeHead(status, { 'content-type': 'application/json', ...broken?.headers });
      response.end(broken ? broken.text : JSON.stringify(json));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }

  /** A key that was made elsewhere. */
  add(fields: Partial<Row>): Row {
    const value = `sk-number-${this.rows.length}`;
    const row: Row = {
      token: createHash('sha256').update(value).digest('hex'),
      key_name: `sk-...${value.slice(-4)}`,
      key_alias: null,
      spend: 0,
      max_budget: null,
      expires: null,
      models: [],
      tpm_limit: null,
      rpm_limit: 60,
      budget_duration: null,
      blocked: null,
      created_at: `2026-11-21T06:31:${String(this.rows.length).padStart(2, '0')}.539000Z`,
      ...fields,
    };
    this.rows.push(row);
    return row;
  }

  private async answer(request: IncomingMessage): Promise<Said> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = text ? JSON.parse(text) : {};
    this.asked.push({ method: request.method ?? '', url: request.url ?? '', body });
    if (request.headers.authorization !== `Bearer ${operator}`) {
      return error(
        401,
        'Authentication Error, Invalid proxy server token passed. Received API Key = sk-..., Key Hash (Token) =2ab0. Unable to find token in cache or `LiteLLM_VerificationTokenTable`',
      );
    }
    const url = new URL(request.url ?? '', this.url);
    if (url.pathname === '/v1/models')
      return { status: 200, json: { data: [{ id: 'qwen3-8b', object: 'model' }] } };
    if (url.pathname === '/key/generate') return this.generate(body);
    if (url.pathname === '/key/delete') return this.remove(body.keys);
    return this.list(Number(url.searchParams.get('page')), Number(url.searchParams.get('size')));
  }

  private generate(body: Record<string, unknown>): Said {
    const alias = body.key_alias as string;
    if (this.rows.some(({ key_alias }) => key_alias === alias)) {
      return error(
        400,
        `Key with alias '${alias}' already exists. Unique key aliases across all keys are required.`,
      );
    }
    const { duration, ...limits } = body;
    const row = this.add({
      max_budget: 25,
      budget_duration: '30d',
      ...limits,
      ...(duration === undefined ? {} : { expires: '2027-02-19T06:31:54.533078Z' }),
    });
    return { status: 200, json: { ...row, duration: null, key: 'sk-the-value-of-it' } };
  }

  private remove(ids: string[]): Said {
    const at = this.rows.findIndex(({ token }) => ids.includes(token));
    if (at < 0) return error(404, "{'error': 'No keys found'}");
    this.rows.splice(at, 1);
    return { status: 200, json: { deleted_keys: ids } };
  }

  private list(page: number, size: number): Said {
    const keys = this.rows.slice((page - 1) * size, page * size);
    const total_pages = Math.ceil(this.rows.length / size);
    return { status: 200, json: { keys, total_count: this.rows.length, current_page: page, total_pages } };
  }
}

const error = (status: number, message: string): Said => ({
  status,
  json: { error: { message, type: 'internal_server_error', param: 'key', code: String(status) } },
});
