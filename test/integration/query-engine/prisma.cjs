/**
 * Stands for `prisma migrate deploy` of Prisma 5.17.0, whose native schema engine no package registry has: the
 * same lock, the same table of applied migrations, the same error codes, as LiteLLM reads them. For tests only.
 * Every other command fails, as without the schema engine.
 */
const { createHash, randomUUID } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const load = createRequire(join(process.env.QUERY_ENGINE_PACKAGES, 'package.json'));
const pg = load('pg');

/** Prisma's key, and how long it waits (its documentation of advisory locking, 2026-11). */
const lockKey = 72707369;
const lockMilliseconds = 10_000;

class Failure extends Error {}

async function lock(client) {
  const end = Date.now() + lockMilliseconds;
  for (;;) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as got', [lockKey]);
    if (rows[0].got) return;
    if (Date.now() > end)
      throw new Failure(
        `P1002\n\nThe database server was reached but timed out.\n\nContext: Timed out trying to acquire a postgres advisory lock (SELECT pg_advisory_lock(${lockKey})). Elapsed: ${lockMilliseconds}ms.`,
      );
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function applied(client) {
  const { rows: found } = await client.query("select to_regclass('public._prisma_migrations') as ledger");
  if (found[0].ledger === null) {
    const { rows } = await client.query(
      "select count(*)::int as tables from information_schema.tables where table_schema = 'public'",
    );
    if (rows[0].tables > 0) throw new Failure('P3005\n\nThe database schema is not empty.');
    await client.query(`create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null,
      finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
      started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
  }
  const { rows } = await client.query(
    'select migration_name, finished_at, started_at from _prisma_migrations where rolled_back_at is null',
  );
  const failed = rows.find((row) => row.finished_at === null);
  if (failed !== undefined)
    throw new Failure(
      `P3009\n\nmigrate found failed migrations in the target database, new migrations will not be applied.\nThe \`${failed.migration_name}\` migration started at ${failed.started_at.toISOString()} failed`,
    );
  return new Set(rows.map((row) => row.migration_name));
}

async function apply(client, name) {
  const sql = readFileSync(join('migrations', name, 'migration.sql'), 'utf8');
  const id = randomUUID();
  const checksum = createHash('sha256').update(sql).digest('hex');
  await client.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql);
  } catch (error) {
    await client.query('update _prisma_migrations set logs = $2 where id = $1', [id, String(error)]);
    throw new Failure(
      `P3018\n\nA migration failed to apply. New migrations cannot be applied before the error is recovered from.\n\nMigration name: ${name}\n\nDatabase error code: ${error.code}\n\nDatabase error:\n${error}`,
    );
  }
  await client.query(
    'update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1',
    [id],
  );
}

async function deploy() {
  const url = new URL(process.env.DATABASE_URL);
  url.search = '';
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect().catch((error) => {
    throw new Failure(`P1001\n\nCan't reach database server: ${error}`);
  });
  try {
    await lock(client);
    const before = await applied(client);
    const folders = readdirSync('migrations', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const pending = folders
      .map(({ name }) => name)
      .filter((name) => !before.has(name))
      .sort();
    for (const name of pending) await apply(client, name);
    console.log(`applied ${pending.length} migrations`);
  } finally {
    await client.end();
  }
}

async function main([...words]) {
  if (words[0] === 'version' || words[0] === '--version') return console.log('prisma : 5.17.0');
  if (words.join(' ') !== 'migrate deploy')
    throw new Failure(`no schema engine here: prisma ${words.join(' ')} is not possible`);
  return deploy();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Failure ? `Error: ${error.message}` : error);
  process.exitCode = 1;
});
