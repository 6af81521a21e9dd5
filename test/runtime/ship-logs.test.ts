import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examplePlan } from './example-plan';
import { canRunPrograms, Sandbox } from './sandbox';

const line = (unit: string, text: unknown, milliseconds: number) =>
  JSON.stringify({
    _SYSTEMD_UNIT: `${unit}.service`,
    MESSAGE: text,
    __REALTIME_TIMESTAMP: `${milliseconds}123`,
  });

describe.skipIf(!canRunPrograms)('log lines of a machine', () => {
  let machine: Sandbox;
  beforeEach(async () => {
    machine = new Sandbox(examplePlan());
    machine.variables.LLM_METADATA_URL = await machine.listen(() => ({ text: 'i-0me' }));
    const lines = [
      line('llm-health', 'later', 2000),
      line('llm-boot', 'boot: gpus: done', 1000),
      line('llm-boot', [104, 105], 1500),
    ];
    machine.write('/journal', `${lines.join('\n')}\n`);
    machine.command('journalctl', `cat '${machine.root}/journal'`);
  });
  afterEach(() => machine.remove());

  const ship = () => machine.run('python3', machine.program('ship_logs.py'));
  const sent = () => JSON.parse(machine.read('/sent'));

  it('reach the log group in one batch, in the order of time, under the name of the machine', async () => {
    machine.command('aws', `case $* in *put-log-events*) cat >'${machine.root}/sent';; esac`);
    const { status, stderr } = await ship();
    expect(sent()).toEqual({
      logGroupName: 'llm-log-group',
      logStreamName: 'machine/i-0me',
      logEvents: [
        { timestamp: 1000, message: 'llm-boot: boot: gpus: done' },
        { timestamp: 1500, message: 'llm-boot: hi' },
        { timestamp: 2000, message: 'llm-health: later' },
      ],
    });
    // a follow that ends is started again by systemd
    expect([status, stderr]).toEqual([1, 'failed: journalctl ended\n']);
  });

  it('follow the units of the bundle and not the shipper itself', async () => {
    machine.command('aws', 'cat >/dev/null </dev/null');
    await ship();
    const [call] = machine.calls().filter((one) => one.startsWith('journalctl'));
    expect(call).toContain('_SYSTEMD_UNIT=llm-boot.service');
    expect(call).not.toContain('llm-logs');
  });

  it('are sent again when the cloud refuses once, and need no new stream', async () => {
    machine.command(
      'aws',
      `case $* in
*create-log-stream*) echo 'An error occurred (ResourceAlreadyExistsException) when calling' >&2; exit 254;;
*put-log-events*) [ -e '${machine.root}/refused' ] || { touch '${machine.root}/refused'; echo throttled >&2; exit 255; }; cat >'${machine.root}/sent';;
esac`,
    );
    const { stderr } = await ship();
    expect(stderr).toContain('aws logs put-log-events failed: throttled');
    expect(sent().logEvents).toHaveLength(3);
  });
});
