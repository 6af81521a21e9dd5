import type { Plan } from '../plan/plan';
import { mount } from './compose-mounts';
import { databaseName, databaseUser, paths } from './layout';

/** Connections beyond the gateway's pools: migration, health check, an operator. */
const spareConnections = 20;

/** Postgres on the data volume. */
export function databaseService(plan: Plan) {
  const { database, images } = plan.decisions;
  return {
    image: images.database,
    command: ['postgres', '-c', `max_connections=${database.connectionLimit + spareConnections}`],
    restart: 'on-failure',
    stop_grace_period: '60s',
    shm_size: '256mb',
    environment: {
      POSTGRES_USER: databaseUser,
      POSTGRES_DB: databaseName,
      POSTGRES_PASSWORD_FILE: '/run/secrets/database_password',
      POSTGRES_INITDB_ARGS: '--auth-host=scram-sha-256 --data-checksums',
      PGDATA: '/var/lib/postgresql/data/pgdata',
    },
    volumes: [
      mount(`${paths.run}/database_password`, '/run/secrets/database_password', 'read-only'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      mount('${LLM_DATA}/postgres', '/var/lib/postgresql/data', 'read-write'),
    ],
    healthcheck: {
      // over TCP: the server that only initialises listens on its socket alone
      test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', databaseUser, '-d', databaseName],
      interval: '5s',
      timeout: '5s',
      retries: 12,
      start_period: '120s',
    },
  };
}

/** Valkey: limits, cooldowns and, where the spec asks, answers. */
export function cacheService(plan: Plan) {
  const { cache, gateway, images } = plan.decisions;
  // answers must not reach a disk when prompts are stored nowhere
  const memoryOnly = gateway.responseCacheTtlSeconds !== undefined && gateway.promptRetentionDays === 0;
  return {
    image: images.cache,
    command: [
      'valkey-server',
      '/run/secrets/valkey.conf',
      ...['--dir', '/data'],
      ...['--maxmemory', `${cache.memoryMiB}mb`],
      ...['--maxmemory-policy', 'allkeys-lru'],
      ...['--appendonly', 'no'],
      ...['--save', memoryOnly ? '' : '300 1'],
    ],
    restart: 'on-failure',
    stop_grace_period: '30s',
    volumes: [
      mount(`${paths.run}/valkey.conf`, '/run/secrets/valkey.conf', 'read-only'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      mount('${LLM_DATA}/valkey', '/data', 'read-write'),
    ],
    healthcheck: {
      // without the password the answer is NOAUTH, from a server that is there
      test: ['CMD-SHELL', "valkey-cli ping 2>&1 | grep -qE 'PONG|NOAUTH'"],
      interval: '5s',
      timeout: '5s',
      retries: 12,
      start_period: '30s',
    },
  };
}
