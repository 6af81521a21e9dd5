import { afterEach, describe, expect, it } from 'vitest';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { examplePlan } from './example-plan';
import { canRunPrograms, Sandbox } from './sandbox';

const secrets: Record<string, string> = {
  'llm-master-key-secret': "Op'era$tor",
  'llm-internal-secret': 'a seed of 64 characters',
  'llm-database-secret': JSON.stringify({ username: 'llm admin', password: 'p@ss/word' }),
  'llm-cache-secret': 'cache-password',
  'llm-hub-token-secret': 'hf_token\n',
};

const fakeSecretStore = (values: Record<string, string>) => `#!/usr/bin/env python3
import json, sys
values = json.loads(${JSON.stringify(JSON.stringify(values))})
name = sys.argv[sys.argv.index('--secret-id') + 1]
if name not in values:
    sys.exit('An error occurred (ResourceNotFoundException) when calling GetSecretValue')
print(json.dumps({'SecretString': values[name]}))
`;

describe.skipIf(!canRunPrograms)('secrets of a machine', () => {
  const machines: Sandbox[] = [];
  afterEach(() => {
    for (const machine of machines.splice(0)) machine.remove();
  });

  async function fetched(plan: SingleServerPlan, values = secrets) {
    const machine = new Sandbox(plan);
    machines.push(machine);
    machine.command('aws', fakeSecretStore(values));
    const outcome = await machine.run('python3', machine.program('fetch_secrets.py'));
    return { machine, outcome };
  }
  const variable = async (machine: Sandbox, name: string, file = 'gateway.env') => {
    const path = machine.path(`/run/llm/${file}`);
    return (await machine.run('sh', '-c', `set -a; . '${path}'; printf %s "$${name}"`)).stdout;
  };

  it('are files in a folder that only root enters', async () => {
    const { machine, outcome } = await fetched(examplePlan());
    expect(outcome).toEqual({
      status: 0,
      stdout: `secrets are in ${machine.path('/run/llm')}\n`,
      stderr: '',
    });
    expect(machine.mode('/run/llm')).toBe(0o700);
    // the folder keeps everybody out; each file is mounted into one container, as whose user the image decides
    for (const name of ['gateway.env', 'engine.env', 'database_password', 'valkey.conf'])
      expect(machine.mode(`/run/llm/${name}`)).toBe(0o644);
  });

  it('reach the programs unchanged through the shell, quotes and dollars included', async () => {
    const { machine } = await fetched(examplePlan());
    expect(await variable(machine, 'LITELLM_MASTER_KEY')).toBe("sk-Op'era$tor");
    const url = await variable(machine, 'DATABASE_URL');
    expect(url).toBe(
      `postgresql://litellm:${machine.read('/run/llm/database_password')}@postgres:5432/litellm`,
    );
    expect(await variable(machine, 'ENGINE_API_KEY')).toBe(
      await variable(machine, 'VLLM_API_KEY', 'engine.env'),
    );
    expect(machine.read('/run/llm/valkey.conf')).toBe(
      `requirepass ${await variable(machine, 'REDIS_PASSWORD')}\n`,
    );
  });

  it('are the same on the next machine, and others for another seed', async () => {
    const first = (await fetched(examplePlan())).machine;
    const second = (await fetched(examplePlan())).machine;
    const other = (await fetched(examplePlan(), { ...secrets, 'llm-internal-secret': 'another' })).machine;
    expect(second.read('/run/llm/gateway.env')).toBe(first.read('/run/llm/gateway.env'));
    expect(other.read('/run/llm/database_password')).not.toBe(first.read('/run/llm/database_password'));
  });

  it('differ from each other: no password opens a second door', async () => {
    const { machine } = await fetched(examplePlan());
    const names = ['LITELLM_SALT_KEY', 'ENGINE_API_KEY', 'REDIS_PASSWORD'];
    const values = await Promise.all(names.map((name) => variable(machine, name)));
    expect(new Set([...values, machine.read('/run/llm/database_password')]).size).toBe(4);
  });

  it('for managed data come from the cloud and travel encrypted', async () => {
    const plan = examplePlan({ database: { postgres: 'managed' }, cache: { valkey: 'managed' } });
    const { machine } = await fetched(plan);
    expect(await variable(machine, 'DATABASE_URL')).toBe(
      'postgresql://llm%20admin:p%40ss%2Fword@llm-database-host:5432/litellm?sslmode=require',
    );
    expect(await variable(machine, 'REDIS_PASSWORD')).toBe('cache-password');
    expect(machine.exists('/run/llm/database_password')).toBe(false);
    expect(machine.exists('/run/llm/valkey.conf')).toBe(false);
  });

  it('hold the hub token only when the plan names its secret', async () => {
    const plan = examplePlan({ modelStore: { hubTokenSecret: 'my-token' } });
    expect((await fetched(plan)).machine.read('/run/llm/hub_token')).toBe('hf_token');
    expect((await fetched(examplePlan())).machine.exists('/run/llm/hub_token')).toBe(false);
  });

  it('that are missing end the boot with the command and the reason', async () => {
    const { outcome } = await fetched(examplePlan(), {});
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(
      /^failed: aws secretsmanager get-secret-value failed: .*ResourceNotFoundException/,
    );
  });
});
