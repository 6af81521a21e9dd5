import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Postgres } from './postgres';
import { required } from './required';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A stopped cluster whose database `litellm` has every migration of the shipped LiteLLM. */
    migratedCluster: string;
  }
}

/**
 * LiteLLM's own migrations, applied once; every test file copies the cluster and owns its copy.
 *
 * They run here through psql, since Prisma's schema engine comes from no registry: the migrate service of
 * compose.yaml is what does it on a machine, and is not tested by this.
 */
export default async function migrate(project: TestProject) {
  const postgres = await Postgres.create();
  postgres.sql('create role litellm login superuser; create database litellm owner litellm');
  const folder = execFileSync(
    join(required('LITELLM_FOLDER'), 'bin/python'),
    ['-c', 'import litellm_proxy_extras as e; print(e.__path__[0] + "/migrations")'],
    { encoding: 'utf8' },
  ).trim();
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const steps = names.map(({ name }) => name).sort();
  const sql = steps.map((name) => readFileSync(join(folder, name, 'migration.sql'), 'utf8')).join('\n;\n');
  postgres.sql(`set client_min_messages = warning; ${sql}`, 'litellm');
  await postgres.shutDown();
  project.provide('migratedCluster', join(postgres.folder, 'data'));
  return () => postgres.remove();
}
