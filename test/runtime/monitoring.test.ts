import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Series, series } from '../../lib/plan/signals';
import { localBundle } from '../../lib/runtime/local/bundle';
import type { LocalForm } from '../../lib/runtime/local/form';
import { unseen } from '../../lib/runtime/local/monitoring/settings';
import { exampleModels, examplePlan as withoutSpec } from './example-plan';
import { canRunPrograms, Sandbox } from './sandbox';

/** With the part of the spec that says where images come from. */
const examplePlan = (...given: Parameters<typeof withoutSpec>) => {
  const plan = withoutSpec(...given);
  return { ...plan, spec: { ...plan.spec, images: {} } };
};

const forms: LocalForm[] = [
  { engine: 'vllm', monitoring: true },
  { engine: 'simulated', monitoring: true },
];
const [vllm, simulated] = forms as [LocalForm, LocalForm];
const text = (path: string, form = vllm, plan = examplePlan()) =>
  localBundle(plan, form).find((file) => file.path === path)?.content ?? '';
// biome-ignore lint/suspicious/noExplicitAny: foreign formats, of which tests look at single values
const read = (path: string, form = vllm, plan = examplePlan()): any => parse(text(path, form, plan));
const services = (form = vllm, plan = examplePlan()) => read('compose.yaml', form, plan).services;

describe('monitoring on a machine of your own', () => {
  it('is there when it is asked for, and else not a byte of it', () => {
    const names = (form: LocalForm) => localBundle(examplePlan(), form).map(({ path }) => path);
    const more = names(vllm).filter((name) => !names({ engine: 'vllm' }).includes(name));
    expect(more).toEqual([
      'alerts.yaml',
      'dashboard.json',
      'grafana-dashboards.yaml',
      'grafana-datasource.yaml',
      'machine.py',
      'prometheus.yaml',
      'signals.json',
      'signals.py',
    ]);
    expect(text('compose.yaml', { engine: 'vllm' })).not.toMatch(/prometheus:|grafana/);
  });

  it('publishes on the loopback interface alone, whatever LLM_LISTEN opens', () => {
    const { prometheus, grafana, signals } = services();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
    expect(prometheus.ports).toEqual(['127.0.0.1:${LLM_PROMETHEUS_PORT:-9090}:9090']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
    expect(grafana.ports).toEqual(['127.0.0.1:${LLM_GRAFANA_PORT:-3000}:3000']);
    expect(signals).not.toHaveProperty('ports');
  });

  it('has no password, no login and nobody who may change anything', () => {
    expect(services().grafana.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_BASIC_ENABLED: 'false',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    });
    expect(read('dashboard.json').editable).toBe(false);
  });

  it('takes its images from the mirror of the spec', () => {
    const plan = examplePlan();
    const mirrored = {
      ...plan,
      spec: { ...plan.spec, images: { ...plan.spec.images, registry: 'my.registry/x' } },
    };
    expect(services(vllm, mirrored).prometheus.image).toBe('my.registry/x/prom/prometheus:v3.15.0');
    expect(services(vllm, mirrored).grafana.image).toBe('my.registry/x/grafana/grafana:13.2.3');
  });

  it('reads GPUs through the container toolkit, where there are any', () => {
    const [device] = services().signals.deploy.resources.reservations.devices;
    expect(device).toMatchObject({ driver: 'nvidia', count: 'all' });
    expect(services(simulated).signals).not.toHaveProperty('deploy');
  });

  it('scrapes the signals, and every engine by its name in the project', () => {
    const plan = examplePlan({ models: exampleModels({ name: 'large' }, { name: 'small', copies: 2 }) });
    const [signals, engines] = read('prometheus.yaml', vllm, plan).scrape_configs;
    expect(signals.static_configs).toEqual([
      { targets: ['signals:4081'], labels: { deployment: plan.decisions.identity.name } },
    ]);
    const names = Object.keys(services(vllm, plan)).filter((name) => name.startsWith('engine-'));
    expect(engines.static_configs.map(({ targets }: { targets: string[] }) => targets[0])).toEqual(
      names.map((name) => `${name}:8000`),
    );
  });

  it.each(forms)('has an alert for each alarm of the plan that $engine can see, at its threshold', (form) => {
    const plan = examplePlan();
    const rules = read('alerts.yaml', form).groups[0].rules;
    const seen = plan.decisions.monitoring.alarms.filter(
      ({ metric }) => metric.sentBy === 'machine' && !unseen(form).includes(metric.series),
    );
    expect(rules).toHaveLength(seen.length);
    expect(seen.length).toBeGreaterThan(0);
    for (const [index, { metric, threshold, forMinutes, severity, runbook }] of seen.entries()) {
      const rule = rules[index];
      expect(rule.expr).toContain((metric as { series: string }).series);
      expect(rule.expr).toMatch(new RegExp(`[<>] ${threshold}( or |$)`));
      expect([rule.for, rule.labels.severity, rule.annotations.description]).toEqual([
        `${forMinutes}m`,
        severity,
        runbook,
      ]);
    }
  });

  it.each(forms)('draws every series that $engine sends, once, and none that it does not', (form) => {
    const panels = read('dashboard.json', form).panels as { type: string; targets?: { expr: string }[] }[];
    const drawn = panels
      .flatMap(({ targets = [] }) => targets.map(({ expr }) => /^(llm_\w+)\{/.exec(expr)?.[1]))
      .filter((name) => name !== undefined);
    const wanted = (Object.keys(series) as Series[]).filter((name) => !unseen(form).includes(name));
    expect([...drawn].sort()).toEqual(wanted.sort());
  });

  it('tells signals.py all that it reads of a plan', () => {
    const asked = [...text('signals.py').matchAll(/plan\['(\w+)'\]/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(5);
    expect(Object.keys(read('signals.json'))).toEqual(expect.arrayContaining([...new Set(asked)]));
  });

  it('lays panels side by side and never over one another', () => {
    const places = read('dashboard.json').panels.map(({ gridPos }: { gridPos: object }) => gridPos) as {
      x: number;
      y: number;
      w: number;
      h: number;
    }[];
    for (const [index, one] of places.entries()) {
      expect(one.x + one.w).toBeLessThanOrEqual(24);
      for (const other of places.slice(index + 1)) {
        const apart =
          one.x + one.w <= other.x ||
          other.x + other.w <= one.x ||
          one.y + one.h <= other.y ||
          other.y + other.h <= one.y;
        expect(apart).toBe(true);
      }
    }
  });
});

describe.skipIf(!canRunPrograms)('the signals of a machine of your own', () => {
  let machine: Sandbox;
  afterEach(() => machine.remove());

  it('are those of a cloud machine, under the same names, for Prometheus', async () => {
    machine = new Sandbox(examplePlan());
    const settings = JSON.parse(text('signals.json', simulated));
    const url = await machine.listen(({ url: path }) =>
      path?.startsWith('/metrics')
        ? {
            text: 'vllm:num_requests_running{model_name="qwen3-8b"} 8.0\nvllm:num_requests_waiting{model_name="qwen3-8b"} 0.0\n',
          }
        : { status: path?.startsWith('/health') ? 200 : 404 },
    );
    machine.write('/run/llm/gateway.env', "LITELLM_MASTER_KEY='sk-operator'\n");
    const here = JSON.stringify({ ...settings, listen: '127.0.0.1', ports: { signals: 0 } });
    machine.write(
      '/opt/llm/bundle/settings.json',
      here.replace(/http:\/\/(gateway|engine-[^:"]+):\d+/g, url),
    );
    const { url: signals } = await machine.serve('signals.py');
    // rates need a look before
    await fetch(`${signals}/metrics`);
    const answer = await (await fetch(`${signals}/metrics`)).text();
    const value = (name: string) =>
      Number(new RegExp(`^# TYPE ${name} gauge\n${name} (\\S+)$`, 'm').exec(answer)?.[1]);
    expect(value('llm_up')).toBe(1);
    expect(value('llm_in_flight_ratio')).toBe(8 / settings.engines[0].sequencesInFlight);
    expect(value('llm_usd_per_hour')).toBe(settings.usdPerHour);
    expect(answer).not.toMatch(/llm_gpu/);
    const influx = await (await fetch(`${signals}/signals`)).text();
    const names = influx
      .slice('llm '.length)
      .trim()
      .split(',')
      .map((field) => `llm_${field.split('=')[0]}`);
    expect(answer.match(/^llm_\w+/gm)).toEqual(names);
  });
});
