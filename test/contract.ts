import { describe, expect, it } from 'vitest';
import { UserError } from '../lib/errors';
import type { SingleServerPlan } from '../lib/plan/plan';
import { type Alarm, series, telemetryDimension, telemetryNamespace } from '../lib/plan/signals';
import type { Bundle } from '../lib/runtime/bundle';
import { ports } from '../lib/runtime/layout';

/** What every cloud's output says about itself, in words that no cloud owns. */
export interface Facts {
  machines: { type: string; count: number; purchase: 'on-demand' | 'spot' };
  /** Ports that somebody outside the deployment can reach, and who. */
  openPorts: { port: number; cidrs: string[] }[];
  /** Ports of the machine that something inside the deployment can reach. */
  machinePorts: number[];
  machineHasPublicAddress: boolean;
  /** Paths of the API that pass the balancer; absent without one. */
  forwarded?: { host: string | undefined; paths: string[]; otherwise: number };
  health?: { port: number; path: string };
  graceSeconds: number;
  /** How long a machine that leaves may finish its answers, at each place that waits. */
  drainSeconds: number[];
  balancerIdleSeconds?: number;
  /** What the machine is told at its start. */
  start: string;
  /** The whole output. */
  text: string;
  storage: Storage[];
  alarms: AlarmFact[];
  /** Tags of each resource that costs money, by its id. */
  tags: Record<string, Record<string, string>>;
  bundle: Bundle;
}

export interface Storage {
  id: string;
  encryption: 'none' | 'provider' | 'own-key';
  /** Still there when the deployment is deleted. */
  kept: boolean;
  /** Deleting it takes a change of the deployment first. */
  guarded: boolean;
  holds: 'data' | 'logs' | 'cache' | 'messages';
}

export interface AlarmFact {
  /** Namespace, name and dimensions for series of the machine; the cloud's own name otherwise. */
  metric: { namespace: string; name: string; dimensions: Record<string, string> };
  statistic: Alarm['statistic'];
  comparison: Alarm['comparison'];
  threshold: number;
  minutes: number;
  whenMissing: Alarm['whenMissing'];
  notifies: boolean;
}

export interface Contract {
  plan: () => SingleServerPlan;
  facts: (plan: SingleServerPlan) => Facts;
  /** Ids of storage that cannot follow the plan on this cloud, each with its reason. */
  exceptions?: { key?: Record<string, string>; kept?: Record<string, string> };
  /** Tag that this cloud's own parts go by, beside those of the plan. */
  deploymentTag: string;
}

/** The promises of a deployment, whatever the cloud: the facts of its output against its plan. */
export function contract(
  name: string,
  { plan: planned, facts: read, exceptions = {}, deploymentTag }: Contract,
) {
  describe(`contract: ${name}`, () => {
    const plan = planned();
    const { decisions } = plan;
    const { entry, timeouts, security, machine } = decisions;
    const facts = read(plan);

    it('runs the machines of the plan', () => {
      expect(facts.machines).toEqual({
        type: machine.instanceType,
        count: machine.count,
        purchase: machine.purchase,
      });
    });

    it('opens the API to those the plan names, and nothing else to anybody', () => {
      const api = entry.tls === 'required' ? [80, 443] : [80];
      const expected = entry.ingress === 'tunnel' ? [] : api;
      expect(facts.openPorts.map(({ port }) => port).sort((a, b) => a - b)).toEqual(expected);
      for (const { cidrs } of facts.openPorts) expect(cidrs).toEqual(entry.allowedCidrs);
      expect(facts.machineHasPublicAddress).toBe(false);
      expect(facts.machinePorts).toEqual(entry.ingress === 'tunnel' ? [] : [ports.gateway, ports.health]);
    });

    it('lets only the API through the balancer', () => {
      if (entry.ingress === 'tunnel') return expect(facts.forwarded).toBeUndefined();
      expect(facts.forwarded).toEqual({
        host: entry.domain,
        paths: ['/v1/*', '/health/liveliness'],
        otherwise: 404,
      });
    });

    it('asks gateway and engine together whether they are well', () => {
      if (entry.ingress === 'tunnel') return expect(facts.health).toBeUndefined();
      expect(facts.health).toEqual({ port: ports.health, path: '/health' });
      expect(fileOf(facts.bundle, 'health.py')).toContain("'/health'");
    });

    it('waits longer than a first start takes before it judges a machine', () => {
      expect(facts.graceSeconds).toBe(timeouts.bootGraceSeconds);
      expect(facts.graceSeconds).toBeGreaterThan(timeouts.loadSeconds);
    });

    it('has timeouts that grow along the path', () => {
      if (facts.balancerIdleSeconds !== undefined) {
        expect(facts.balancerIdleSeconds).toBeGreaterThan(timeouts.answerSeconds);
        expect(timeouts.gatewayKeepAliveSeconds).toBeGreaterThan(facts.balancerIdleSeconds);
      }
      expect(facts.drainSeconds.length).toBeGreaterThan(0);
      for (const seconds of facts.drainSeconds) expect(seconds).toBeGreaterThan(timeouts.answerSeconds);
    });

    it('contains no secret value', () => {
      expect(secretsIn(facts.text)).toEqual([]);
      expect(secretsIn(facts.start)).toEqual([]);
      for (const { path, content } of facts.bundle.files) expect(secretsIn(content), path).toEqual([]);
    });

    it('starts exactly the bundle of the plan', () => {
      expect(facts.start).toContain(facts.bundle.sha256);
      expect(Buffer.byteLength(facts.start)).toBeLessThan(16 * 1024);
    });

    it('encrypts everything, with the key that the plan says', () => {
      expect(facts.storage.length).toBeGreaterThan(4);
      for (const { id, encryption } of facts.storage) {
        expect(encryption, id).not.toBe('none');
        if (security.encryption === 'customer-managed' && exceptions.key?.[id] === undefined) {
          expect(encryption, id).toBe('own-key');
        }
      }
    });

    it('keeps data when the deployment is deleted, or takes it along, as planned', () => {
      const data = facts.storage.filter(({ holds }) => holds === 'data');
      expect(data.length).toBeGreaterThan(0);
      for (const { id, kept } of data) {
        if (exceptions.kept?.[id] === undefined) expect(kept, id).toBe(security.deletionProtection);
      }
      const guarded = facts.storage.filter((storage) => storage.guarded);
      if (!security.deletionProtection) expect(guarded).toEqual([]);
    });

    it('knows of no exception that is not there', () => {
      const ids = facts.storage.map(({ id }) => id);
      for (const list of [exceptions.key, exceptions.kept]) {
        for (const [id, reason] of Object.entries(list ?? {})) {
          expect(ids).toContain(id);
          expect(reason).toMatch(/\w+ \w+/);
        }
      }
    });

    it('labels everything that costs money', () => {
      const expected = { ...decisions.identity.tags, [deploymentTag]: decisions.identity.name };
      expect(Object.keys(facts.tags).length).toBeGreaterThan(5);
      for (const [id, tags] of Object.entries(facts.tags)) expect(tags, id).toMatchObject(expected);
    });

    it('has every alarm of the plan, as the plan says, and no other', () => {
      expect(facts.alarms).toHaveLength(decisions.monitoring.alarms.length);
      for (const [index, alarm] of decisions.monitoring.alarms.entries()) {
        const fact = facts.alarms[index] as AlarmFact;
        const { statistic, comparison, whenMissing, forMinutes: minutes } = alarm;
        expect(fact, alarm.signal).toMatchObject({
          statistic,
          comparison,
          whenMissing,
          minutes,
          notifies: true,
        });
        if (alarm.metric.sentBy === 'machine') {
          expect(fact.threshold, alarm.signal).toBe(alarm.threshold);
          expect(fact.metric, alarm.signal).toEqual({
            namespace: telemetryNamespace,
            name: alarm.metric.series,
            dimensions: { [telemetryDimension]: decisions.identity.name },
          });
        }
      }
    });

    it('watches only what the machine sends', () => {
      const telegraf = fileOf(facts.bundle, 'telegraf.conf');
      expect(telegraf).toContain(telemetryNamespace);
      const sent = fileOf(facts.bundle, 'signals.py');
      for (const { metric } of facts.alarms.filter(
        (alarm) => alarm.metric.namespace === telemetryNamespace,
      )) {
        expect(Object.keys(series)).toContain(metric.name);
        expect(sends(sent, metric.name), metric.name).toBe(true);
      }
    });

    it('runs exact versions of its images', () => {
      const compose = fileOf(facts.bundle, 'compose.yaml');
      for (const [component, image] of Object.entries(decisions.images)) {
        if (component === 'because') continue;
        expect(image, component).toMatch(/:[^:/]*\d[^:/]*$|@sha256:[0-9a-f]{64}$/);
        if (compose.includes(`${image}`)) continue;
        const embedded = { database: decisions.database.postgres, cache: decisions.cache.valkey };
        expect(embedded[component as keyof typeof embedded], component).not.toBe('embedded');
      }
    });
  });
}

function fileOf(bundle: Bundle, path: string): string {
  const file = bundle.files.find((candidate) => candidate.path === path);
  if (!file) throw new UserError(`the bundle has no ${path}`);
  return file.content;
}

/** The program names a series in full, or builds `llm_<name>_slow_percent` from a list of names. */
function sends(program: string, name: string): boolean {
  if (program.includes(`'${name}'`)) return true;
  const built = /^llm_(\w+)_slow_percent$/.exec(name)?.[1];
  return built !== undefined && program.includes("'_slow_percent'") && program.includes(`'${built}'`);
}

/** Forms that only values of secrets have: API keys, tokens, private keys, passwords in addresses. */
const secretForms = [
  /sk-[A-Za-z0-9_-]{16,}/g,
  /hf_[A-Za-z0-9]{20,}/g,
  /AKIA[0-9A-Z]{16}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /postgres(ql)?:\/\/[^\s'"$<+:]+:[^\s'"$<+@]+@/g,
];

export function secretsIn(text: string): string[] {
  return secretForms.flatMap((form) => text.match(form) ?? []);
}
