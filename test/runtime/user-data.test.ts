import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentFile, environmentKeys, environmentKeysFor } from '../../lib/runtime/environment';
import { userData } from '../../lib/runtime/user-data';
import { examplePlan } from './example-plan';
import { groups } from './groups';
import { canRunPrograms, Sandbox } from './sandbox';

const managed = examplePlan({
  database: { postgres: 'managed' },
  cache: { valkey: 'managed' },
  modelStore: { hubTokenSecret: 'hub' },
  gateway: { guardrail: { filters: [], piecesPerLook: 100, because: '' } },
});
const embedded = examplePlan();
const group = groups();
const environment = Object.fromEntries(
  environmentKeysFor(embedded, 'server').map((key) => [key, `value-of-${key}`]),
);
const start = { environment, bundleUri: 's3://assets/abc.zip', bundleSha256: 'a'.repeat(64) };

describe('names and ids of a deployment', () => {
  it('are all but those of groups for a plan with everything managed, and fewer for an embedded one', () => {
    const ofGroups = ['LLM_ENGINE_SECRET', 'LLM_FLEET', 'LLM_BOOT_HOOK', 'LLM_ENGINES_HOST'];
    const ofServers = Object.keys(environmentKeys).filter(
      (key) => !ofGroups.includes(key) && !key.startsWith('LLM_BATCH'),
    );
    expect(environmentKeysFor(managed, 'server')).toEqual(ofServers);
    const onlyManaged = ofServers.filter(
      (key) => !environmentKeysFor(embedded, 'server').includes(key as never),
    );
    expect(onlyManaged).toEqual([
      'LLM_DATABASE_HOST',
      'LLM_DATABASE_SECRET',
      'LLM_CACHE_HOST',
      'LLM_CACHE_SECRET',
      'LLM_HUB_TOKEN_SECRET',
      'LLM_GUARDRAIL_ID',
      'LLM_GUARDRAIL_VERSION',
    ]);
  });

  it.each([
    [
      { ...environment, LLM_GROUP: undefined as never },
      'LLM_GROUP has no value: name of the Auto Scaling group',
    ],
    [{ ...environment, LLM_CACHE_HOST: 'x' }, "this plan's server machine needs no LLM_CACHE_HOST"],
    [{ ...environment, LLM_GROUP: "a'b" }, `LLM_GROUP is "a'b": a name or id has no quote`],
    [{ ...environment, LLM_GROUP: 'a\nLLM_X=1' }, 'has no quote, backslash or line break'],
  ])('are refused when they are missing, too many or no names: %#', (values, message) => {
    expect(() => environmentFile(embedded, 'server', values)).toThrow(message);
  });

  it.skipIf(!canRunPrograms)(
    'mean the same to the shell as they were written, dollars and spaces included',
    async () => {
      const machine = new Sandbox(embedded);
      machine.write(
        '/env',
        environmentFile(embedded, 'server', { ...environment, LLM_STACK: 'a $HOME `b` "c"' }),
      );
      const { stdout } = await machine.run(
        'bash',
        '-c',
        `. '${machine.path('/env')}'; printf %s "$LLM_STACK"`,
      );
      machine.remove();
      expect(stdout).toBe('a $HOME `b` "c"');
    },
  );
});

describe('user data', () => {
  const document = parse(userData(embedded, 'server', start));
  const files: { path: string; content: string }[] = document.write_files;

  it('is a cloud-config that writes the names and the start script, and runs it', () => {
    expect(userData(embedded, 'server', start)).toMatch(/^#cloud-config\n/);
    expect(Object.keys(document)).toEqual(['write_files', 'runcmd']);
    expect(files.map(({ path }) => path)).toEqual(['/etc/llm/env', '/opt/llm/start.sh']);
    expect(files[0]?.content).toBe(environmentFile(embedded, 'server', environment));
    expect(document.runcmd).toEqual([['bash', '/opt/llm/start.sh']]);
  });

  it('stays far below the 16 KB that EC2 takes', () => {
    expect(userData(embedded, 'server', start).length).toBeLessThan(4096);
  });

  it('names the bundle and runs nothing of another checksum', () => {
    expect(files[1]?.content).toContain("aws s3 cp --only-show-errors 's3://assets/abc.zip'");
    expect(files[1]?.content).toContain(`echo '${'a'.repeat(64)}  SHA256SUMS' | sha256sum --check`);
    const changed = userData(embedded, 'server', { ...start, bundleSha256: 'b'.repeat(64) });
    expect(changed).not.toBe(userData(embedded, 'server', start));
  });

  it('carries tokens of the CDK as they are', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the form of a CDK token
    const token = '${Token[TOKEN.123]}';
    const text = userData(embedded, 'server', {
      ...start,
      bundleUri: token,
      environment: { ...environment, LLM_GROUP: token },
    });
    expect(text).toContain(`LLM_GROUP='${token}'`);
    expect(text).toContain(`aws s3 cp --only-show-errors '${token}'`);
  });
});

describe.skipIf(!canRunPrograms)('start of a machine', () => {
  /** The start script on a machine of its own, with a bundle in the form that S3 holds. */
  async function started(sha256?: string) {
    const machine = new Sandbox(embedded);
    const folder = machine.path('/opt/llm/bundle');
    const sums = (
      await machine.run('bash', '-c', `cd '${folder}' && sha256sum SHA256SUMS | cut -d ' ' -f 1`)
    ).stdout.trim();
    await machine.run(
      'bash',
      '-c',
      `cd '${folder}' && python3 -m zipfile -c '${machine.path('/asset.zip')}' *`,
    );
    machine.command('aws', `case $* in 's3 cp'*) cp '${machine.path('/asset.zip')}' "$5";; esac`);
    for (const name of ['curl', 'sleep', 'systemctl', 'install']) machine.command(name);
    const text = parse(userData(embedded, 'server', { ...start, bundleSha256: sha256 ?? sums }))
      .write_files[1].content as string;
    machine.write(
      '/start.sh',
      text.replaceAll('/opt/llm', machine.path('/opt/llm')).replaceAll('/etc/llm', machine.path('/etc/llm')),
    );
    const outcome = await machine.run('bash', machine.path('/start.sh'));
    const calls = machine.calls();
    machine.remove();
    return { outcome, calls };
  }

  it('fetches the bundle, checks it and starts its units', async () => {
    const { outcome, calls } = await started();
    expect(outcome.stderr).toBe('');
    expect(outcome.status).toBe(0);
    const enabled =
      'llm-boot.service llm-health.service llm-signals.service llm-drain.service llm-logs.service';
    expect(calls).toContain(`systemctl enable ${enabled}`);
    expect(calls.at(-1)).toBe(`systemctl start --no-block ${enabled}`);
  });

  it('of a group gives up the launch that its group waits for', () => {
    const values = Object.fromEntries(environmentKeysFor(group, 'gateway').map((key) => [key, 'value']));
    const text = userData(group, 'gateway', { ...start, environment: values });
    expect(text).toMatch(/complete-lifecycle-action --lifecycle-hook-name "\$LLM_BOOT_HOOK" .* ABANDON/);
    expect(text.length).toBeLessThan(4096);
    expect(userData(embedded, 'server', start)).not.toContain('lifecycle');
  });

  it('runs nothing of a bundle with another checksum, and gives the machine up', async () => {
    const { outcome, calls } = await started('0'.repeat(64));
    expect(outcome.status).not.toBe(0);
    expect(calls.filter((call) => call.startsWith('systemctl'))).toEqual([]);
    expect(calls.filter((call) => call.startsWith('aws')).slice(1)).toEqual([
      expect.stringContaining('cloudformation signal-resource'),
      expect.stringContaining('autoscaling set-instance-health'),
    ]);
  });
});
