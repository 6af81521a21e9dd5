/**
 * Stands for Prisma's native query engine, which no package registry has: the same engine as WASM, from the npm
 * package @prisma/client 5.17.0, behind the HTTP protocol that Prisma's Python client speaks. For tests only:
 * its pool, its speed and its error codes in an outage are not those of the native engine.
 */
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

// the packages are installed outside of this project, beside the Python of the lane
const load = createRequire(join(process.env.QUERY_ENGINE_PACKAGES, 'package.json'));
const runtime = load('@prisma/client/runtime/query_engine_bg.postgresql.js');
const { PrismaPg } = load('@prisma/adapter-pg');
const { bindAdapter } = load('@prisma/driver-adapter-utils');
const { parse } = load('graphql');
const pg = load('pg');
const { fromJsonProtocol, jsonColumns, toJsonProtocol } = require('./graphql-to-json.cjs');

function loadWasm() {
  const folder = dirname(load.resolve('@prisma/client/package.json'));
  const wasm = new WebAssembly.Module(readFileSync(join(folder, 'runtime/query_engine_bg.postgresql.wasm')));
  runtime.__wbg_set_wasm(new WebAssembly.Instance(wasm, { './query_engine_bg.js': runtime }).exports);
}

const text = 25;
/** name, xid-like and reg types of Postgres's own catalogue, which the adapter refuses: read as text. */
const catalogueTypes = [18, 19, 26, 2205];

function readCatalogueTypesAsText() {
  for (const { prototype } of [pg.Pool, pg.Client]) {
    const ask = prototype.query;
    prototype.query = function query(...words) {
      const answer = ask.apply(this, words);
      return typeof answer?.then === 'function' ? answer.then(withText) : answer;
    };
  }
}

function withText(result) {
  for (const field of result?.fields ?? []) {
    if (catalogueTypes.includes(field.dataTypeID)) field.dataTypeID = text;
  }
  return result;
}

/**
 * TLS as the native engine reads its URL: `sslmode=require` encrypts, and the certificate is checked with
 * `sslaccept=strict` alone, against `sslcert` (prisma-engines, quaint's Postgres URL; read 2026-11).
 */
function tls(parameters) {
  if (parameters.get('sslmode') !== 'require') return {};
  const file = parameters.get('sslcert');
  const ca = file === null ? {} : { ca: readFileSync(file) };
  return { ssl: { rejectUnauthorized: parameters.get('sslaccept') === 'strict', ...ca } };
}

/** The pool as the URL of LiteLLM asks for it; `connection_limit` is Prisma's own parameter, not Postgres's. */
function connect(url) {
  const parsed = new URL(url);
  const { searchParams: parameters } = new URL(url);
  const max = Number(parameters.get('connection_limit') ?? 10);
  parsed.search = '';
  const pool = new pg.Pool({ connectionString: parsed.toString(), max, ...tls(parameters) });
  // an idle connection that breaks is replaced at the next question
  pool.on('error', () => {});
  return bindAdapter(new PrismaPg(pool));
}

function databaseUrl() {
  const [source] = JSON.parse(process.env.OVERWRITE_DATASOURCES ?? '[]');
  return source?.url ?? process.env.DATABASE_URL;
}

async function answer(engine, jsonOf, path, body, transaction) {
  if (path === '/status') return { status: 'ok' };
  if (path === '/metrics') return {};
  if (path === '/transaction/start') {
    const { max_wait = 2000, timeout = 5000, isolation_level } = JSON.parse(body || '{}');
    return JSON.parse(
      await engine.startTransaction(JSON.stringify({ max_wait, timeout, isolation_level }), '{}'),
    );
  }
  const end = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(path);
  if (end?.[2] === 'commit') return JSON.parse(await engine.commitTransaction(end[1], '{}'));
  if (end?.[2] === 'rollback') return JSON.parse(await engine.rollbackTransaction(end[1], '{}'));
  const asked = JSON.parse(body);
  const ask = async (request) => JSON.parse(await engine.query(JSON.stringify(request), '{}', transaction));
  if (!asked.batch) {
    const one = toJsonProtocol(parse, asked.query, jsonOf);
    return fromJsonProtocol(await ask(one.request), one);
  }
  const all = asked.batch.map(({ query }) => toJsonProtocol(parse, query, jsonOf));
  const answers = await ask({
    batch: all.map(({ request }) => request),
    transaction: asked.transaction ? { isolationLevel: null } : null,
  });
  const batchResult = answers.batchResult?.map((result, index) => fromJsonProtocol(result, all[index]));
  return batchResult ? { ...answers, batchResult } : answers;
}

const failure = (error) => ({
  errors: [{ error: String(error), user_facing_error: { is_panic: false, message: String(error) } }],
});

async function main() {
  loadWasm();
  readCatalogueTypesAsText();
  const schema = readFileSync(process.env.PRISMA_DML_PATH, 'utf8');
  const url = databaseUrl();
  const options = {
    datamodel: schema,
    logLevel: 'error',
    logQueries: false,
    datasourceOverrides: {},
    env: { DATABASE_URL: url },
    configDir: '.',
    ignoreEnvVarErrors: true,
  };
  const engine = new runtime.QueryEngine(options, () => {}, connect(url));
  await engine.connect('{}');
  const jsonOf = jsonColumns(schema);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const path = request.url.split('?')[0];
    const found = await answer(engine, jsonOf, path, body, request.headers['x-transaction-id']).catch(
      failure,
    );
    if (found.errors && process.env.QUERY_ENGINE_LOG) console.error(JSON.stringify({ body, found }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  });
  server.listen(Number(process.argv[process.argv.indexOf('-p') + 1]), '127.0.0.1');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}

main();
