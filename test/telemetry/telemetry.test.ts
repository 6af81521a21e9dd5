import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesMetric } from '../../lib/aws/metrics';
import { images } from '../../lib/catalog/images';
import { alarms } from '../../lib/plan/alarms';
import { type Series, series, telemetryDimension } from '../../lib/plan/signals';
import { localBundle } from '../../lib/runtime/local/bundle';
import { telemetry } from '../../lib/runtime/telegraf-outputs';
import { canRunPrograms } from '../runtime/sandbox';
import type { Received } from './receivers';
import { plan, recordedFolder, ScrapedMachine, uncertain } from './scraped-machine';
import { configuration } from './telegraf';

const read = (name: string) => readFileSync(join(recordedFolder, name), 'utf8');
const deployment = plan.decisions.identity.name;
const names = Object.keys(series) as Series[];

/** What CloudWatch got from the real Telegraf; `npm run verify -- telegraf` makes it again and compares. */
const recorded: {
  telegraf: string;
  configuration: string[];
  sent: (Omit<Received, 'value'> & { value: number | null })[];
} = JSON.parse(read('aws.json'));

/**
 * From the recorded scrapes by hand. Between them the gateway answered 19 requests with 200, one with 500 and four
 * with 429; of 19 answers 3 took longer than 1 s, of 15 streams 3 began after 1 s. The engine made 500 gaps of 1/32 s.
 */
const expected: Partial<Record<Series, number>> = {
  llm_up: 1,
  llm_error_percent: 100 * (1 / 24),
  llm_latency_slow_percent: 100 * (3 / 19),
  llm_ttft_slow_percent: 100 * (3 / 15),
  llm_inter_token_ms: 1000 / 32,
  llm_in_flight_ratio: (20 + 4) / 32,
  llm_waiting_requests: 4,
  llm_kv_cache_percent: 62.5,
  llm_gpu_utilization_percent: (90 + 70) / 2,
  llm_gpu_memory_percent: 95,
  llm_gpu_xid_errors: 1,
  llm_usd_per_hour: 1.5,
};

describe('telemetry that the real Telegraf sent', () => {
  it('was sent with the configuration and the version of today', () => {
    const today = configuration('aws').split('\n');
    expect(recorded.configuration, 'record again: RECORD_TELEMETRY=yes npm run verify -- telegraf').toEqual(
      today,
    );
    expect(recorded.telegraf).toBe(images.telemetry.version);
  });

  it('has a value for every series of the table, right to the digit', () => {
    for (const name of names) {
      const { value } = recorded.sent.find((one) => one.name === name) ?? { value: undefined };
      if (uncertain.includes(name)) expect([name, value]).toEqual([name, null]);
      else expect([name, value?.toPrecision(15)]).toEqual([name, expected[name]?.toPrecision(15)]);
    }
  });

  it('is what each alarm of a machine asks CloudWatch for: namespace, name and dimensions', () => {
    const every = alarms({
      thresholds: {},
      slo: { ttftMs: 1, interTokenMs: 1 },
      outputTokens: 1,
      copies: 1,
      streams: true,
      balancer: true,
      managedCertificate: true,
      managedDatabase: { connectionLimit: 1, storageGiB: 20 },
    } as Parameters<typeof alarms>[0]);
    const watched = every.flatMap(({ metric }) => (metric.sentBy === 'machine' ? [metric.series] : []));
    expect(watched.length).toBeGreaterThan(9);
    for (const name of watched) {
      const { metricStat } = seriesMetric(deployment, name, 'Average').toMetricConfig();
      expect(recorded.sent.map(({ value: _, ...metric }) => metric)).toContainEqual({
        namespace: metricStat?.namespace,
        name: metricStat?.metricName,
        dimensions: Object.fromEntries((metricStat?.dimensions ?? []).map((one) => [one.name, one.value])),
      });
    }
  });

  it('has no metric that the table does not know, each of which would cost money', () => {
    expect(recorded.sent.map(({ name }) => name)).toEqual([...names].sort());
  });
});

describe('series of the pinned engine and gateway', () => {
  const known = ['vllm-after.txt', 'litellm-after.txt'].flatMap((name) =>
    [...read(name).matchAll(/^([a-zA-Z_:]+)\{/gm)].map(([, series]) => series as string),
  );

  it('are those that the machine reads', () => {
    const program = localBundle(
      { ...plan, spec: { ...plan.spec, images: {} } },
      { engine: 'vllm', monitoring: true },
    ).find(({ path }) => path === 'signals.py')?.content;
    const asked = [...(program ?? '').matchAll(/'((?:vllm:|litellm_)\w+)'/g)].map(
      ([, name]) => name as string,
    );
    expect(asked.length).toBeGreaterThan(8);
    // the program puts the ends of a histogram to its name
    for (const name of asked)
      expect(known.filter((one) => one === name || one === `${name}_count`)).not.toEqual([]);
  });

  it('are those that the dashboard draws', () => {
    const panels = localBundle(plan, { engine: 'vllm', monitoring: true }).find(
      ({ path }) => path === 'dashboard.json',
    )?.content;
    const asked = [...(panels ?? '').matchAll(/(vllm:\w+)\{/g)].map(([, name]) => name as string);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('were recorded with the versions that are pinned', () => {
    expect([images.engine.version, images.gateway.version]).toEqual(['0.33.0', '1.106.2']);
    expect(readdirSync(recordedFolder)).toHaveLength(5);
  });
});

describe('telemetry of the clouds', () => {
  it('has one dimension everywhere, and a name of its own for each series', () => {
    for (const { sent } of Object.values(telemetry)) {
      const all = names.map((name) => sent(name, 'chat-prod'));
      expect(new Set(all.map(({ namespace, name }) => `${namespace} ${name}`)).size).toBe(names.length);
      for (const { dimensions } of all) expect(dimensions).toEqual({ [telemetryDimension]: 'chat-prod' });
    }
  });

  it('calls a series as the output plugins of Telegraf do', () => {
    expect(telemetry.azure.sent('llm_error_percent', 'a')).toMatchObject({
      namespace: 'LLMServing/llm',
      name: 'error_percent',
    });
    expect(telemetry.gcp.sent('llm_error_percent', 'a')).toMatchObject({
      namespace: 'custom.googleapis.com',
      name: 'LLMServing/llm/error_percent',
    });
  });

  it.each(['aws', 'azure', 'gcp'] as const)(
    'on %s reads the variables that it names, and no secret',
    (cloud) => {
      const asked = [...configuration(cloud).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect([...new Set(asked)].sort()).toEqual(Object.keys(telemetry[cloud].variables).sort());
      expect(configuration(cloud)).not.toMatch(/secret|password|token|key/i);
    },
  );
});

describe.skipIf(!canRunPrograms)('signals of recorded scrapes', () => {
  const scraped = new ScrapedMachine();
  beforeAll(() => scraped.start());
  afterAll(() => scraped.remove());

  it('are right to the digit', async () => {
    const look = async () => (await fetch(`${scraped.url}/signals`)).text();
    await look();
    scraped.moment = 'after';
    const fields = (await look()).slice('llm '.length).trim().split(',');
    const found = Object.fromEntries(
      fields.map((field) => field.split('=')).map(([name, value]) => [`llm_${name}`, Number(value)]),
    );
    for (const [name, value] of Object.entries(expected))
      expect([name, found[name]?.toPrecision(15)]).toEqual([name, value.toPrecision(15)]);
    // however long the looks were apart
    expect((found.llm_tokens_per_second ?? 0) / (found.llm_requests_per_second ?? 0)).toBeCloseTo(
      1000 / 24,
      9,
    );
    expect((found.llm_rate_limited_per_minute ?? 0) / (found.llm_requests_per_second ?? 0)).toBeCloseTo(
      (60 * 4) / 24,
      9,
    );
  });
});
