import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalForm } from '../../lib/runtime/local/form';
import { exampleModels, examplePlan } from './example-plan';
import { LocalFolder } from './local-folder';
import { canRunPrograms, type Outcome } from './sandbox';

const vllm: LocalForm = { engine: 'vllm' };
let folder: LocalFolder;
afterEach(() => folder.remove());

describe.skipIf(!canRunPrograms)('secrets.sh', () => {
  const values = () => {
    const names = ['operator_key', 'gateway_salt', 'engine_key', 'database_password', 'cache_password'];
    return names.map((name) => folder.read(`secrets/${name}`));
  };

  it('makes random values once, and the files that programs read of them', () => {
    folder = new LocalFolder(examplePlan(), vllm);
    expect(folder.secrets()).toMatchObject({ status: 0, stderr: '' });
    const [operator, salt, engine, database, cache] = values();
    expect(operator).toMatch(/^sk-[0-9a-f]{64}$/);
    expect(salt).toMatch(/^sk-[0-9a-f]{64}$/);
    for (const value of [engine, database, cache]) expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(values()).size).toBe(5);
    expect(folder.read('secrets/gateway.env')).toBe(`LITELLM_MASTER_KEY='${operator}'
LITELLM_SALT_KEY='${salt}'
ENGINE_API_KEY='${engine}'
DATABASE_URL='postgresql://litellm:${database}@postgres:5432/litellm'
REDIS_PASSWORD='${cache}'
`);
    expect(folder.read('secrets/engine.env')).toBe(`VLLM_API_KEY='${engine}'\n`);
    expect(folder.read('secrets/valkey.conf')).toBe(`requirepass ${cache}\n`);
    expect(folder.read('secrets/hub.env')).toBe('');
  });

  it('changes nothing when it runs again', () => {
    folder = new LocalFolder(examplePlan(), vllm);
    folder.secrets();
    const before = [values(), folder.read('secrets/gateway.env')];
    const again = folder.secrets();
    expect(again.status).toBe(0);
    expect(again.stdout).toBe('secrets are in the folder secrets; it stays out of git\n');
    expect([values(), folder.read('secrets/gateway.env')]).toEqual(before);
  });

  it('lets nobody else into the folder, and every container read its own file', () => {
    folder = new LocalFolder(examplePlan(), vllm);
    folder.secrets();
    expect(folder.mode('secrets')).toBe('700');
    for (const name of ['operator_key', 'gateway_salt', 'engine_key', 'cache_password'])
      expect([name, folder.mode(`secrets/${name}`)]).toEqual([name, '600']);
    for (const name of ['gateway.env', 'engine.env', 'valkey.conf', 'database_password', 'hub.env'])
      expect([name, folder.mode(`secrets/${name}`)]).toEqual([name, '644']);
  });

  it('goes on after an interrupted run', () => {
    folder = new LocalFolder(examplePlan(), vllm);
    mkdirSync(join(folder.path, 'secrets'));
    writeFileSync(join(folder.path, 'secrets/operator_key'), 'sk-mine');
    writeFileSync(join(folder.path, 'secrets/engine_key.new'), 'half');
    expect(folder.secrets().status).toBe(0);
    expect(folder.read('secrets/gateway.env')).toContain("LITELLM_MASTER_KEY='sk-mine'\n");
    expect(folder.read('secrets/engine_key')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('asks for the token of gated weights with the page to go to, and keeps it', () => {
    const models = exampleModels({ gated: true, source: 'meta-llama/Llama-3.1-8B-Instruct' });
    folder = new LocalFolder(examplePlan({ models }), vllm);
    const refused = folder.secrets();
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct');
    expect(refused.stderr).toContain('HF_TOKEN=hf_... sh secrets.sh');
    expect(folder.secrets({ HF_TOKEN: 'hf_abc' }).status).toBe(0);
    expect(folder.read('secrets/hub.env')).toBe("HF_TOKEN='hf_abc'\n");
    expect(folder.mode('secrets/hub_token')).toBe('600');
    expect(folder.secrets().status).toBe(0);
    expect(folder.read('secrets/hub.env')).toBe("HF_TOKEN='hf_abc'\n");
  });

  it('takes no token that would be read as something else', () => {
    folder = new LocalFolder(examplePlan({ models: exampleModels({ gated: true }) }), vllm);
    const { status, stderr } = folder.secrets({ HF_TOKEN: "hf_'; touch x" });
    expect(status).toBe(1);
    expect(stderr).toContain('HF_TOKEN holds more than letters, digits, _ and -');
    expect(folder.secrets().status).toBe(1);
  });
});

interface Asked {
  path: string;
  key: string;
  body: Record<string, unknown>;
}

/** What the gateway is asked; it refuses as often as told before the model answers. */
async function fakeGateway(asked: Asked[], refusals: number): Promise<Server> {
  let left = refusals;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const key = request.headers.authorization ?? '';
    asked.push({ path: request.url ?? '', key, body: JSON.parse(body) });
    if (request.url === '/key/generate') response.writeHead(200).end('{"key": "sk-new"}');
    else if (left-- > 0) response.writeHead(503).end('{"error": "still loading"}');
    else response.writeHead(200).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

describe.skipIf(!canRunPrograms)('key.sh', () => {
  const asked: Asked[] = [];

  async function makeKey(address: string, refusals: number, ...words: string[]): Promise<Outcome> {
    asked.length = 0;
    const server = await fakeGateway(asked, refusals);
    const { port } = server.address() as AddressInfo;
    const commands = join(folder.path, 'commands');
    mkdirSync(commands);
    // the container's own words begin after enter.sh, which needs the folders of a container
    const docker = `#!/bin/sh
case "$*" in
  'compose port gateway 4000') echo '${address}' ;;
  'compose exec -T gateway /bin/sh /llm/enter.sh python3 /llm/new_key.py '*)
    shift 8
    LITELLM_MASTER_KEY=sk-operator LLM_GATEWAY=http://127.0.0.1:${port} exec python3 '${folder.path}/new_key.py' "$@" ;;
  *) echo "unknown: $*" >&2; exit 9 ;;
esac
`;
    writeFileSync(join(commands, 'docker'), docker, { mode: 0o755 });
    const child = spawn('sh', [join(folder.path, 'key.sh'), ...words], {
      env: { PATH: `${commands}:${process.env.PATH}`, PYTHONDONTWRITEBYTECODE: '1' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    server.close().closeAllConnections();
    return { status, stdout, stderr };
  }

  it('waits for the model, makes a key and prints a request that has it', async () => {
    folder = new LocalFolder(examplePlan(), vllm);
    const { status, stdout, stderr } = await makeKey('127.0.0.1:4000', 1, 'help', 'desk');
    expect(status).toBe(0);
    expect(stderr).toContain('waiting for qwen3-8b to load');
    const messages = [{ role: 'user', content: 'Say hello in one line.' }];
    const probe = { model: 'qwen3-8b', messages, max_tokens: 1, disable_fallbacks: true };
    expect(asked).toEqual([
      { path: '/v1/chat/completions', key: 'Bearer sk-operator', body: probe },
      { path: '/v1/chat/completions', key: 'Bearer sk-operator', body: probe },
      { path: '/key/generate', key: 'Bearer sk-operator', body: { key_alias: 'help desk' } },
    ]);
    expect(stdout).toBe(`API key, shown once: sk-new

curl http://localhost:4000/v1/chat/completions \\
  -H 'Authorization: Bearer sk-new' -H 'Content-Type: application/json' \\
  -d '{"model":"qwen3-8b","messages":[{"role":"user","content":"Say hello in one line."}]}'
`);
  });

  it('names the address that other machines use, and asks for what the model does', async () => {
    folder = new LocalFolder(examplePlan({ models: exampleModels({ task: 'embedding' }) }), vllm);
    const { stdout } = await makeKey('192.168.1.7:8080', 0);
    expect(stdout).toContain('curl http://192.168.1.7:8080/v1/embeddings \\');
    expect(asked.map(({ body }) => body)).toEqual([
      { model: 'qwen3-8b', input: 'a text to embed', disable_fallbacks: true },
      {},
    ]);
  });

  it('says what to do when the gateway does not run', async () => {
    folder = new LocalFolder(examplePlan(), vllm);
    const { status, stderr } = await makeKey('', 0);
    expect(status).toBe(1);
    expect(stderr).toBe('the gateway is not running: docker compose up --detach, then docker compose ps\n');
  });
});
