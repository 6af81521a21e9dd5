import { UserError } from '../../lib/errors';
import { keyVariable } from './operator-key';

const timeoutSeconds = 30;

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a server said; each caller reads single values
  json: any;
}

/** The management API of the gateway (LiteLLM 1.106.2), asked as its operator. */
export class Gateway {
  readonly url: string;

  /** @param url as given with `--url`; a path behind the host is kept */
  constructor(
    url: string,
    private readonly operatorKey: string,
  ) {
    this.url = checkedUrl(url);
  }

  get(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  post(path: string, body: object): Promise<Answer> {
    return this.ask('POST', path, body);
  }

  /** Resolves with answers of 200 to 499 but 401 and 403; everything else is an error that says what to do. */
  private async ask(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.send(method, path, body);
    const json = parsed(answer.text);
    if (answer.status === 401 || answer.status === 403) {
      throw new UserError(refused(this.url, messageOf(json).replaceAll(this.operatorKey, '(the key)')));
    }
    if (json === undefined) throw new UserError(noGateway(this.url, answer.status));
    if (answer.status >= 500 || messageOf(json).includes('no_db_connection')) {
      throw new UserError(
        `The gateway at ${this.url} answers ${answer.status}: ${messageOf(json)}. Keys live in its database: look at the log of the gateway and at Postgres, then try again.`,
      );
    }
    return { status: answer.status, json };
  }

  private async send(method: string, path: string, body?: object) {
    try {
      const answer = await fetch(`${this.url}${path}`, {
        method,
        // a redirect could carry the operator's key elsewhere
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
        headers: { authorization: `Bearer ${this.operatorKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // a body can be cut off too
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      throw new UserError(unreachable(this.url, error));
    }
  }
}

/** What the gateway says went wrong, in one line. */
export function messageOf(json: unknown): string {
  const { error, detail } = (json ?? {}) as { error?: { message?: unknown }; detail?: unknown };
  const said = error?.message ?? (detail as { error?: unknown } | undefined)?.error ?? detail ?? json;
  return (typeof said === 'string' ? said : JSON.stringify(said)).replace(/\s+/g, ' ').slice(0, 400);
}

/** Refuses what is no address, and what would send the operator's key in the clear over a network. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UserError(`--url ${text} is no address. Give one such as http://localhost:4000.`);
  }
  if (url.username || url.password) {
    throw new UserError(
      '--url holds a user name or password. Leave it out: the operator key is all that counts.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UserError(
      `--url ${text} would send the operator's key unencrypted to ${url.hostname}. Open the tunnel and use http://localhost:4000.`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/v1$/, '');
}

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

const openTunnel =
  'Open the tunnel first: the command is the output Tunnel of the stack (a folder of `compose`: docker compose up --detach). Another address is given with --url.';

function unreachable(url: string, error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') {
    return `The gateway at ${url} did not answer within ${timeoutSeconds} s. Is the tunnel still open, and the machine well?`;
  }
  const reason = cause?.code ?? cause?.message ?? message;
  return `Nothing answers at ${url} (${reason}). ${openTunnel}`;
}

function noGateway(url: string, status: number): string {
  return `${url} answers ${status}, but not as the gateway does: something else listens there, or the address leads to a balancer, which hides the operator's routes. ${openTunnel}`;
}

function refused(url: string, said: string): string {
  return `The gateway at ${url} does not take the key in ${keyVariable} (or on standard input) as its operator's: ${said}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
