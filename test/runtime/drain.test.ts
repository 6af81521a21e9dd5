import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examplePlan } from './example-plan';
import { canRunPrograms, eventually, Sandbox } from './sandbox';

describe.skipIf(!canRunPrograms)('drain of a machine', () => {
  let machine: Sandbox;
  let running: number;
  let state: string;
  let notice: string | undefined;
  let looks: number;

  async function prepare(purchase: 'on-demand' | 'spot') {
    machine = new Sandbox(examplePlan({ machine: { purchase } }));
    const engine = await machine.listen(() => {
      looks += 1;
      return {
        text: `vllm:num_requests_running{engine="0"} ${running}\nvllm:num_requests_waiting{engine="0"} 0\n`,
      };
    });
    const metadata = await machine.listen(({ url, method }) => {
      if (url === '/latest/api/token') return { status: method === 'PUT' ? 200 : 405, text: 'token' };
      if (url?.endsWith('/target-lifecycle-state')) return { text: state };
      if (url?.endsWith('/instance-action')) return notice === undefined ? { status: 404 } : { text: notice };
      return { text: 'i-0me' };
    });
    machine.patchSettings((settings) => {
      for (const one of settings.engines) one.url = engine;
    });
    for (const name of ['docker', 'aws', 'umount']) machine.command(name);
    const seconds = { LLM_POLL_SECONDS: '0.03', LLM_SETTLE_SECONDS: '0' };
    Object.assign(machine.variables, seconds, { LLM_METADATA_URL: metadata });
  }

  beforeEach(() => {
    [running, state, notice, looks] = [2, 'InService', undefined, 0];
  });
  afterEach(() => machine.remove());

  it('waits for running answers, stops the stack, frees the volume, then lets the group go on', async () => {
    await prepare('on-demand');
    const ended = machine.run('python3', machine.program('drain.py'));
    state = 'Terminated';
    await eventually(() => looks > 5);
    expect(machine.exists('/run/llm/draining')).toBe(true);
    expect(machine.calls()).toEqual([]);
    running = 0;
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(stdout).toContain('no request is running');
    const aws = 'aws --region eu-central-1 --output json';
    expect(machine.calls()).toEqual([
      expect.stringMatching(/^docker compose --project-name llm .* stop$/),
      `umount ${machine.path('/var/lib/llm')}`,
      `${aws} ec2 detach-volume --volume-id vol-0abc`,
      `${aws} autoscaling complete-lifecycle-action --lifecycle-hook-name llm-terminate-hook --auto-scaling-group-name llm-group --lifecycle-action-result CONTINUE --instance-id i-0me`,
    ]);
  });

  it('keeps the group waiting while answers run', async () => {
    await prepare('on-demand');
    machine.variables.LLM_HEARTBEAT_SECONDS = '0.05';
    state = 'Terminated';
    const ended = machine.run('python3', machine.program('drain.py'));
    const beats = () => machine.calls().filter((call) => call.includes('record-lifecycle-action-heartbeat'));
    await eventually(() => beats().length > 1);
    expect(beats()[0]).toContain(
      '--lifecycle-hook-name llm-terminate-hook --auto-scaling-group-name llm-group --instance-id i-0me',
    );
    running = 0;
    expect((await ended).status).toBe(0);
  });

  it('begins at a spot notice and keeps the time that stopping takes', async () => {
    await prepare('spot');
    const soon = new Date(Date.now() + 20_000).toISOString().replace(/\.\d+Z$/, 'Z');
    notice = JSON.stringify({ action: 'terminate', time: soon });
    const { stdout } = await machine.run('python3', machine.program('drain.py'));
    expect(stdout).toMatch(/spot notice: -?\d+ s left/);
    expect(stdout).toContain('the time to drain is over');
    expect(machine.calls()[0]).toMatch(/ stop$/);
  });

  it('looks for no spot notice on a machine at list price', async () => {
    await prepare('on-demand');
    notice = JSON.stringify({ action: 'terminate', time: '2020-01-01T00:00:00Z' });
    machine.start('python3', machine.program('drain.py'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(machine.exists('/run/llm/draining')).toBe(false);
  });

  it('never takes the volume by force', async () => {
    await prepare('on-demand');
    [running, state] = [0, 'Terminated'];
    machine.command('umount', 'echo busy >&2; exit 32');
    const { status, stdout } = await machine.run('python3', machine.program('drain.py'));
    expect(status).toBe(0);
    expect(stdout).toContain('the data volume stays until the machine ends: busy');
    expect(machine.calls().join()).not.toMatch(/detach-volume|force/);
  });

  it('goes on watching when the metadata service does not answer for a moment', async () => {
    await prepare('on-demand');
    const good = machine.variables.LLM_METADATA_URL;
    let broken = true;
    machine.variables.LLM_METADATA_URL = await machine.listen(async ({ url, method }) => {
      if (broken) return { status: 503 };
      const answer = await fetch(`${good}${url}`, { method: method as string });
      return { status: answer.status, text: await answer.text() };
    });
    [running, state] = [0, 'Terminated'];
    const ended = machine.run('python3', machine.program('drain.py'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    broken = false;
    expect((await ended).status).toBe(0);
  });

  it('stops the stack at a shutdown of the machine', async () => {
    await prepare('on-demand');
    const { status } = await machine.run('python3', machine.program('drain.py'), 'stop');
    expect(status).toBe(0);
    expect(machine.calls()).toEqual([expect.stringMatching(/ stop$/)]);
  });
});
