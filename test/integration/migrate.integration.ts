import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Child } from './child';
import { litellm } from './gateway';
import { composeService, generated } from './generated';
import { planned } from './plans';
import { Postgres } from './postgres';
import { required } from './required';

/**
 * The migrate service of compose.yaml, with the real LiteLLM; `prisma migrate deploy` itself, which LiteLLM
 * starts, is the stand-in of query-engine/prisma.cjs.
 */
describe('the migrate service', () => {
  const plan = planned({}, { cache: 'none' });
  const children: Child[] = [];
  const folders: string[] = [];
  let postgres: Postgres;
  let database: string;
  let migrations: string[];

  beforeAll(async () => {
    postgres = await Postgres.create();
    postgres.sql("create role litellm login superuser password 'database'");
    const python = join(required('LITELLM_FOLDER'), 'bin/python');
    const folder = execFileSync(
      python,
      ['-c', 'import litellm_proxy_extras as e; print(e.__path__[0] + "/migrations")'],
      {
        encoding: 'utf8',
      },
    ).trim();
    const entries = readdirSync(folder, { withFileTypes: true });
    migrations = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  });
  beforeEach(({ task }) => {
    database = `of_${task.id.replaceAll(/\W/g, '_')}`;
    postgres.sql(`create database ${database} owner litellm`);
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
  });
  afterAll(async () => {
    await postgres?.remove();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** One machine's run of the service. */
  function migrate(port = postgres.port): Child {
    const folder = mkdtempSync(join(tmpdir(), 'llm-migrate-'));
    folders.push(folder);
    const child = litellm(composeService(plan, 'migrate'), {
      folder,
      config: generated(plan, 'litellm.yaml'),
      mounted: (path) => generated(plan, path),
      secrets: [
        "LITELLM_MASTER_KEY='sk-operator-of-the-tests'",
        "LITELLM_SALT_KEY='sk-salt-of-the-tests'",
        "ENGINE_API_KEY='engine'",
        `DATABASE_URL='postgresql://litellm:database@127.0.0.1:${port}/${database}'`,
        '',
      ].join('\n'),
    });
    children.push(child);
    return child;
  }
  const applied = () =>
    postgres
      .sql('select migration_name from _prisma_migrations where finished_at is not null order by 1', database)
      .split('\n');

  it('waits for another migration, applies each step once though two machines start, and changes nothing later', async () => {
    const held = postgres.sqlInBackground('select pg_advisory_lock(72707369), pg_sleep(20)', database);
    const machines = [migrate(), migrate()];
    const exits = await Promise.all(machines.map((machine) => machine.end()));
    expect(exits, machines.map(({ log }) => log.slice(-1000)).join('\n')).toEqual([0, 0]);
    expect(await held.end()).toBe(0);
    expect(applied()).toEqual([...migrations].sort());
    const newest = () => postgres.sql('select max(started_at) from _prisma_migrations', database);
    const before = newest();
    const later = migrate();
    expect(await later.end(), later.log.slice(-2000)).toBe(0);
    expect([applied().length, newest()]).toEqual([migrations.length, before]);
  }, 300_000);

  it('fails, so that no gateway starts, when a migration cannot be applied', async () => {
    postgres.sql(
      'create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64), finished_at timestamptz, migration_name varchar(255), logs text, rolled_back_at timestamptz, started_at timestamptz default now(), applied_steps_count integer default 0); create table "LiteLLM_BudgetTable" (other text)',
      database,
    );
    const child = migrate();
    expect(await child.end()).not.toBe(0);
    expect(child.log).toContain('Database migration cannot proceed');
    const { depends_on } = composeService(plan, 'gateway');
    expect(depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
  }, 300_000);
});
