import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { ScaledPlan } from '../../lib/plan/plan';
import { deploymentSeries, fleetSeries } from '../../lib/plan/signals';
import { fakeMachine } from './fake-machine';
import { groups, installedFleet, installedGateway, withCopies } from './groups';
import { canRunPrograms, eventually, type Installed, type Sandbox } from './sandbox';

const asked = groups({ capacity: { purchase: 'mixed' } });
/** The catalogue knows no price of spot for every type. */
const plan: ScaledPlan = {
  ...asked,
  decisions: {
    ...asked.decisions,
    fleets: asked.decisions.fleets.map((fleet) => ({
      ...fleet,
      machines: fleet.machines.map((machine) => ({ ...machine, usdPerHourSpot: 0.5 })),
    })),
  },
};
const engineMetrics = (running: number, waiting: number) =>
  [
    `vllm:num_requests_running{engine="0"} ${running}`,
    `vllm:num_requests_waiting{engine="0"} ${waiting}`,
    'vllm:kv_cache_usage_perc{engine="0"} 0.5',
    'vllm:generation_tokens_total{engine="0"} 100',
    'vllm:inter_token_latency_seconds_count{engine="0"} TOKENS',
    'vllm:inter_token_latency_seconds_sum{engine="0"} 1',
    '',
  ].join('\n');

interface Answers {
  engine: string;
  inGateway: number;
  metadata: Record<string, string>;
}

describe.skipIf(!canRunPrograms)('programs on a machine of a group', () => {
  let machine: Sandbox;
  let answers: Answers;
  beforeEach(() => {
    answers = { engine: engineMetrics(8, 4), inGateway: 1, metadata: {} };
  });
  afterEach(() => machine.remove());

  async function prepare(installed: Installed, made = plan) {
    ({ machine } = await fakeMachine(made, installed));
    let tokens = 10;
    const engine = await machine.listen(() => ({ text: answers.engine.replace('TOKENS', String(++tokens)) }));
    const gateway = await machine.listen(({ url }) =>
      url === '/metrics/' ? { text: `litellm_in_flight_requests ${answers.inGateway}\n` } : { text: 'ok' },
    );
    const metadata = await machine.listen(({ url, method }) => {
      if (method === 'PUT') return { text: 'token' };
      const path = url?.replace('/latest/meta-data/', '') ?? '';
      const text = answers.metadata[path] ?? (path === 'instance-id' ? 'i-0me' : undefined);
      return text === undefined ? { status: 404 } : { text };
    });
    machine.patchSettings((settings) => {
      settings.ports.signals = 0;
      settings.ports.health = 0;
      if (settings.gateway) settings.gateway.url = gateway;
      for (const one of settings.engines) one.url = engine;
      for (const one of settings.containers) one.url = engine;
    });
    machine.write('/run/llm/gateway.env', "LITELLM_MASTER_KEY='sk-1'\n");
    machine.write('/run/llm/ready', '');
    machine.command('nvidia-smi', "echo '50, 20000, 24000'");
    for (const name of ['docker', 'journalctl', 'umount']) machine.command(name);
    const seconds = { LLM_POLL_SECONDS: '0.03', LLM_SETTLE_SECONDS: '0', LLM_CHECK_SECONDS: '0.05' };
    Object.assign(machine.variables, seconds, { LLM_METADATA_URL: metadata });
  }

  /** Values by the tags of their line. */
  async function signals(): Promise<Record<string, Record<string, number>>> {
    const { url } = await machine.serve('signals.py');
    const ask = async () => (await fetch(`${url}/signals`)).text();
    await ask();
    const lines = (await ask()).trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => {
        const [tags = '', fields = ''] = line.split(' ');
        const values = fields.split(',').map((field) => field.split('='));
        return [tags, Object.fromEntries(values.map(([name, value]) => [`llm_${name}`, Number(value)]))];
      }),
    );
  }

  describe('telemetry', () => {
    it('of a fleet tells the deployment about the machine, and the fleet what it is scaled on', async () => {
      await prepare(installedFleet(plan));
      const found = await signals();
      expect(Object.keys(found)).toEqual(['llm', 'llm,fleet=chat-old']);
      const [form] = plan.decisions.fleets[0]?.machines ?? [];
      const ratio = 12 / (form?.expected.sequencesInFlight ?? 0);
      expect(found['llm,fleet=chat-old']?.llm_in_flight_ratio).toBeCloseTo(ratio, 6);
      expect(found.llm?.llm_in_flight_ratio).toBeCloseTo(ratio, 6);
      // what the API is stands with the gateways alone
      expect(found.llm).not.toHaveProperty('llm_up');
      expect(found['llm,fleet=chat-old']).toHaveProperty('llm_up');
    });

    it('of a fleet counts what waits in an engine in the mean, however many a machine has', async () => {
      const several = withCopies(plan, 2);
      await prepare(installedFleet(several), several);
      expect((await signals())['llm,fleet=chat-old']?.llm_waiting_requests).toBe(4);
    });

    it.each(['draining', 'not ready'])(
      'of a machine that is %s says nothing of its load to the fleet',
      async (mark) => {
        await prepare(installedFleet(plan));
        if (mark === 'draining') machine.write('/run/llm/draining', '');
        else await machine.run('rm', machine.path('/run/llm/ready'));
        const found = await signals();
        expect(Object.keys(found['llm,fleet=chat-old'] ?? {})).toEqual(['llm_up']);
        expect(found.llm).toHaveProperty('llm_in_flight_ratio');
      },
    );

    it('of a gateway is that of the API, and says nothing of engines', async () => {
      await prepare(installedGateway(plan));
      const found = await signals();
      expect(Object.keys(found)).toEqual(['llm']);
      expect(found.llm?.llm_usd_per_hour).toBe(plan.decisions.gatewayGroup.usdPerHourOnDemand);
      expect(found.llm).toHaveProperty('llm_up');
      expect(Object.keys(found.llm ?? {}).filter((name) => /gpu|kv|ratio|waiting/.test(name))).toEqual([]);
    });

    it.each(['spot', 'on-demand'] as const)('knows what an hour of a %s machine costs', async (bought) => {
      await prepare(installedFleet(plan));
      answers.metadata['instance-life-cycle'] = bought;
      const [form] = plan.decisions.fleets[0]?.machines ?? [];
      const price = bought === 'spot' ? form?.usdPerHourSpot : form?.usdPerHourOnDemand;
      expect((await signals()).llm?.llm_usd_per_hour).toBe(price);
    });

    it('sends only what the bill counts', async () => {
      await prepare(installedFleet(plan));
      const fleet = await signals();
      machine.remove();
      await prepare(installedGateway(plan));
      const gateway = await signals();
      const ofDeployment: readonly string[] = [...deploymentSeries.gateway, ...deploymentSeries.fleet];
      for (const name of [...Object.keys(fleet.llm ?? {}), ...Object.keys(gateway.llm ?? {})])
        expect(ofDeployment).toContain(name);
      expect(Object.keys(fleet['llm,fleet=chat-old'] ?? {}).sort()).toEqual([...fleetSeries].sort());
    });
  });

  it('bills a metric for each series and dimension that the machines may send', () => {
    const settingsOf = (installed: Installed) =>
      JSON.parse(
        installed.bundle.files.find(({ path }) => path.startsWith('settings.json'))?.content ?? '{}',
      );
    const gateway = settingsOf(installedGateway(plan)).sends;
    const fleets = plan.decisions.fleets.map((_, index) => settingsOf(installedFleet(plan, index)).sends);
    const ofDeployment = new Set([gateway, ...fleets].flatMap(({ deployment }) => deployment));
    const ofFleets = fleets.flatMap(({ fleet }) => fleet.series.map((name: string) => [fleet.name, name]));
    const line = bill(plan).lines.find(({ id }) => id === 'custom-metric');
    expect(line?.quantity).toBe(ofDeployment.size + ofFleets.length);
  });

  it('bills no series of engines where there are none', () => {
    const managed = groups({ models: ['bedrock:amazon.nova-lite-v1:0'] });
    const line = bill(managed).lines.find(({ id }) => id === 'custom-metric');
    expect(line?.quantity).toBe(deploymentSeries.gateway.length);
  });

  describe('health', () => {
    it.each(['gateway', 'fleet'] as const)(
      'of a %s is 503 before it is ready and while it drains',
      async (role) => {
        await prepare(role === 'gateway' ? installedGateway(plan) : installedFleet(plan));
        const { url } = await machine.serve('health.py');
        const status = async () => (await fetch(`${url}/health`)).status;
        await machine.run('rm', machine.path('/run/llm/ready'));
        expect(await status()).toBe(503);
        machine.write('/run/llm/ready', '');
        await eventually(async () => (await status()) === 200);
        machine.write('/run/llm/draining', '');
        expect(await status()).toBe(503);
      },
    );

    it('of a machine with several engines is 503 without nginx', async () => {
      const several = withCopies(plan, 2);
      await prepare(installedFleet(several), several);
      machine.patchSettings(({ containers }) => {
        for (const one of containers) one.url = 'http://127.0.0.1:9';
      });
      machine.write('/run/llm/ready', '');
      const { url } = await machine.serve('health.py');
      const text = await eventually(async () => {
        const body = await (await fetch(`${url}/health`)).text();
        return body.includes('front answers') && body;
      });
      expect(text).not.toContain('engine');
    });
  });

  describe('drain', () => {
    const drain = () => machine.run('python3', machine.program('drain.py'));
    const aws = 'aws --region eu-central-1 --output json';

    it('of a gateway waits until it counts no request but its own question', async () => {
      await prepare(installedGateway(plan));
      answers.inGateway = 3;
      answers.metadata['autoscaling/target-lifecycle-state'] = 'Terminated';
      const ended = drain();
      await eventually(() => machine.exists('/run/llm/draining'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(machine.calls()).toEqual([]);
      answers.inGateway = 1;
      const { status, stdout } = await ended;
      expect(status).toBe(0);
      expect(stdout).toContain('2 requests are running');
      expect(stdout).toContain('no request is running');
      expect(machine.calls()).toEqual([
        expect.stringMatching(/^docker compose --project-name llm .* stop$/),
        `${aws} autoscaling complete-lifecycle-action --lifecycle-hook-name llm-terminate-hook --auto-scaling-group-name llm-group --lifecycle-action-result CONTINUE --instance-id i-0me`,
      ]);
    });

    it('of a fleet frees no volume, as there is none', async () => {
      await prepare(installedFleet(plan));
      answers.engine = engineMetrics(0, 0);
      answers.metadata['autoscaling/target-lifecycle-state'] = 'Terminated';
      expect((await drain()).status).toBe(0);
      expect(machine.calls().join()).not.toMatch(/umount|detach-volume/);
    });

    it('leaves a rebalance recommendation to the group, which starts another machine first', async () => {
      await prepare(installedFleet(plan));
      answers.engine = engineMetrics(0, 0);
      answers.metadata['events/recommendations/rebalance'] = '{"noticeTime": "2026-11-21T10:00:00Z"}';
      const ended = drain();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(machine.exists('/run/llm/draining')).toBe(false);
      answers.metadata['autoscaling/target-lifecycle-state'] = 'Terminated';
      const { stdout } = await ended;
      expect(stdout.match(/spot is short here/g)).toHaveLength(1);
    });

    it('begins at a spot notice in a fleet that mixes purchases', async () => {
      await prepare(installedFleet(plan));
      const soon = new Date(Date.now() + 20_000).toISOString().replace(/\.\d+Z$/, 'Z');
      answers.metadata['spot/instance-action'] = JSON.stringify({ action: 'terminate', time: soon });
      expect((await drain()).stdout).toMatch(/spot notice: -?\d+ s left/);
    });
  });

  describe('the application key', () => {
    const secret = '/secrets/llm-application-key-secret';
    const answer = () => machine.run('python3', machine.program('first_answer.py'));

    it('is one though another gateway stores its own between the look and the store', async () => {
      const { machine: first, gateway } = await fakeMachine(plan, installedGateway(plan));
      machine = first;
      machine.write('/run/llm/gateway.env', "LITELLM_MASTER_KEY='sk-operator-1234'\n");
      machine.variables.PYTHONPATH = machine.path('/opt/llm/bundle');
      const other = 'import json, io, sys, first_answer as f; v = f.stored_key(s)[1]';
      // the other's whole store, by the same program, just before this one's
      machine.write(
        '/meanwhile',
        `put-secret-value\ncd opt/llm/bundle && LLM_ROOT=${machine.root} python3 -c "${other.replace('(s)', "('llm-application-key-secret')")}; assert f.store_key('llm-application-key-secret', 'sk-of-the-other', v)"`,
      );
      const { status, stdout, stderr } = await answer();
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout).toContain('another machine stores the application key');
      expect(machine.read(secret)).toBe('sk-of-the-other');
      expect(gateway.made.map(({ key }) => key)).toEqual(['sk-of-the-other']);
    });

    it('is made in the database by one gateway, and known to the other that came second', async () => {
      await prepare(installedGateway(plan));
      let known = 0;
      const url = await machine.listen(({ url: path }) => {
        if (path?.startsWith('/key/info')) return { status: known++ === 0 ? 404 : 200, text: '{}' };
        if (path === '/key/generate') return { status: 400, text: 'Key with alias already exists' };
        return { text: 'ok' };
      });
      machine.patchSettings(({ gateway }) => {
        gateway.url = url;
      });
      const { status, stdout } = await answer();
      expect(status).toBe(0);
      expect(stdout).toContain('the gateway knows the application key now');
    });
  });
});
