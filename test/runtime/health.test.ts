import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examplePlan } from './example-plan';
import { canRunPrograms, eventually, Sandbox } from './sandbox';

describe.skipIf(!canRunPrograms)('health check and watchdog of a machine', () => {
  let machine: Sandbox;
  let gateway = 200;
  let engine = 200;
  let running = 0;
  let tokens = 0;
  let metadata: string;

  beforeEach(async () => {
    [gateway, engine, running, tokens] = [200, 200, 0, 0];
    machine = new Sandbox(examplePlan());
    const gatewayUrl = await machine.listen(({ url }) => ({
      status: url === '/health/liveliness' ? gateway : 404,
    }));
    const engineUrl = await machine.listen(({ url }) => {
      if (url === '/health') return { status: engine };
      const text = `vllm:num_requests_running{engine="0"} ${running}\nvllm:generation_tokens_total{engine="0"} ${tokens}\n`;
      return { text };
    });
    metadata = await machine.listen(({ url }) => ({ text: url === '/latest/api/token' ? 'token' : 'i-0me' }));
    machine.patchSettings((settings) => {
      settings.gateway.url = gatewayUrl;
      for (const one of settings.engines) one.url = engineUrl;
      settings.ports.health = 0;
    });
    machine.command('docker');
    machine.command('aws');
    Object.assign(machine.variables, {
      LLM_CHECK_SECONDS: '0.03',
      LLM_LOAD_SECONDS: '0',
      LLM_STALL_SECONDS: '100000',
      LLM_METADATA_URL: metadata,
    });
  });
  afterEach(() => machine.remove());

  const ready = () => machine.write('/run/llm/ready', '');
  const until = (url: string, status: number) =>
    eventually(async () => {
      const answer = await fetch(`${url}/health`);
      return answer.status === status && (await answer.text());
    });
  const restarts = () => machine.calls().filter((call) => call.includes(' restart '));

  it('answers 200 only when the boot has ended and gateway and engine answer', async () => {
    const { url } = await machine.serve('health.py');
    expect(await until(url, 503)).toContain('not ready yet');
    ready();
    expect(await until(url, 200)).toBe('ok\n');
    engine = 503;
    expect(await until(url, 503)).toBe('engine-qwen3-8b-0 answers 503\n');
    engine = 200;
    await until(url, 200);
    gateway = 500;
    expect(await until(url, 503)).toBe('gateway answers 500\n');
  });

  it('watches the containers without which the gateway refuses every request', async () => {
    let analyzer = 200;
    const analyzerUrl = await machine.listen(({ url }) => ({ status: url === '/health' ? analyzer : 404 }));
    machine.patchSettings((settings) => {
      settings.containers = [{ service: 'pii-analyzer', url: analyzerUrl }];
    });
    ready();
    const { url } = await machine.serve('health.py');
    await until(url, 200);
    analyzer = 500;
    expect(await until(url, 503)).toBe('pii-analyzer answers 500\n');
    await eventually(async () => restarts().some((call) => call.endsWith(' pii-analyzer')));
  });

  it('answers 503 while the machine drains, and restarts nothing then', async () => {
    ready();
    const { url } = await machine.serve('health.py');
    await until(url, 200);
    machine.write('/run/llm/draining', '');
    engine = 503;
    expect(await until(url, 503)).toContain('draining');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(restarts()).toEqual([]);
  });

  it('answers nothing but /health', async () => {
    const { url } = await machine.serve('health.py');
    expect((await fetch(`${url}/`)).status).toBe(404);
  });

  it('leaves an engine alone that still loads during the boot', async () => {
    engine = 503;
    const { url } = await machine.serve('health.py');
    await until(url, 503);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(machine.calls()).toEqual([]);
  });

  it('restarts a dead engine twice and then has the group replace the machine, once', async () => {
    ready();
    engine = 500;
    const { lines } = await machine.serve('health.py');
    await eventually(() => machine.calls().some((call) => call.includes('set-instance-health')));
    expect(restarts()).toHaveLength(2);
    expect(restarts()[0]).toMatch(/compose .*restart --timeout 30 engine-qwen3-8b-0$/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const given = machine.calls().filter((call) => call.startsWith('aws'));
    expect(given).toEqual([
      'aws --region eu-central-1 --output json autoscaling set-instance-health --instance-id i-0me --health-status Unhealthy --no-should-respect-grace-period',
    ]);
    expect(lines.join('\n')).toContain('giving the machine up: engine-qwen3-8b-0 answers 500');
  });

  it('tries again to give the machine up when the cloud refused', async () => {
    ready();
    engine = 500;
    machine.command(
      'aws',
      `[ -e '${machine.root}/refused' ] || { touch '${machine.root}/refused'; echo throttled >&2; exit 255; }`,
    );
    await machine.serve('health.py');
    await eventually(() => machine.calls().filter((call) => call.startsWith('aws')).length >= 2);
  });

  it('restarts an engine that says it is well and gives no token to what it runs', async () => {
    ready();
    running = 3;
    machine.variables.LLM_STALL_SECONDS = '0.1';
    const { lines } = await machine.serve('health.py');
    await eventually(() => restarts().length > 0);
    expect(lines.join('\n')).toContain('runs requests and gave no token for 0.1 s');
  });

  it('does not take an idle engine for a wedged one', async () => {
    ready();
    machine.variables.LLM_STALL_SECONDS = '0.1';
    const { url } = await machine.serve('health.py');
    await until(url, 200);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await until(url, 200)).toBe('ok\n');
    expect(machine.calls()).toEqual([]);
  });
});
