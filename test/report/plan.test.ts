import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { renderSections } from '../../bin/render';
import type { Terminal } from '../../bin/terminal';
import type { Decisions, Plan, RejectedMachine } from '../../lib/plan/plan';
import { planSections } from '../../lib/report/plan';
import { aPlan, aPublicPlan } from '../cost/a-plan';

const terminal = { columns: 80, colors: createColors(false) } as Terminal;
const text = (plan: Plan) => renderSections(planSections(plan), terminal);

function rejected(instanceType: string, usdPerMonth: number | null, because: string): RejectedMachine {
  return {
    instanceType,
    gpu: 'L4',
    gpuCount: 1,
    tensorParallel: 1,
    quantization: 'none',
    usdPerMonth,
    because,
  };
}

describe('the plan as text', () => {
  it('has every decision with its reason', () => {
    for (const plan of [
      aPlan(),
      aPublicPlan({ budget: { monthlyUsd: 2000, alertAtPercent: [80], because: 'as written' } }),
    ]) {
      const flat = text(plan).replace(/\s+/g, ' ');
      for (const decision of Object.values(plan.decisions) as (Decisions[keyof Decisions] | undefined)[]) {
        if (decision === undefined || Array.isArray(decision)) continue;
        expect(flat).toContain(decision.because);
      }
      for (const model of plan.decisions.models) expect(flat).toContain(model.because);
    }
  });

  it('fits 80 columns', () => {
    for (const plan of [aPlan(), aPublicPlan()]) {
      for (const line of text(plan).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('names the images that run, and no others', () => {
    const { decisions, ...rest } = aPlan();
    const images = {
      ...decisions.images,
      database: 'postgres:17.11',
      cache: 'valkey:8.1',
      telemetry: 'telegraf:1.37',
    };
    const textWith = (parts: object) =>
      text({ ...rest, decisions: { ...decisions, images, ...parts } } as Plan);
    const embedded = textWith({});
    for (const image of ['postgres:17.11', 'valkey:8.1', 'telegraf:1.37']) expect(embedded).toContain(image);
    const managed = textWith({
      database: { ...decisions.database, postgres: 'managed' },
      cache: { ...decisions.cache, valkey: 'none' },
    });
    expect(managed).toContain('telegraf:1.37');
    expect(managed).not.toContain('postgres:17.11');
    expect(managed).not.toContain('valkey:8.1');
  });

  it('says which share of the capacity it plans on, beside the rate', () => {
    const { sequencesInFlight } = aPlan().decisions.models[0]?.expected ?? {};
    expect(text(aPlan()).replace(/\s+/g, ' ')).toContain(
      `${sequencesInFlight} requests in flight at most, when answers are as slow as the service level allows; 80 % of the rate there is planned on: `,
    );
  });

  it('names machine, price and quota', () => {
    const quota = { name: 'Running On-Demand G and VT instances', code: 'L-DB2E81BA', vcpus: 4 };
    const flat = text(aPlan({ machine: { quota } })).replace(/\s+/g, ' ');
    expect(flat).toContain(
      '1 g6e.xlarge with 1 x L40S, 4 vCPUs, 32 GiB, on-demand at USD 1.861/h, USD 1,359/month',
    );
    expect(flat).toContain('Running On-Demand G and VT instances (L-DB2E81BA) must allow 4 vCPUs');
  });

  it('says that a spot price is not known, and the one that is', () => {
    const flat = (machine: Partial<Decisions['machine']>) => text(aPlan({ machine })).replace(/\s+/g, ' ');
    expect(flat({ purchase: 'spot' })).toContain('spot (price not known; on-demand USD 1.861/h)');
    expect(flat({ purchase: 'spot', usdPerHourSpot: 0.5 })).toContain('spot at USD 0.5/h, USD 365/month');
  });

  it('shows the way from users to requests in flight', () => {
    expect(text(aPlan())).toContain('60 users x 1.2 requests a minute = 1.2 requests/s at peak');
  });

  it('shows the runner-up, then the cheapest of the rest, each reason once', () => {
    const runnerUp = rejected('g6e.2xlarge', 1637, '278 USD a month dearer');
    const plan = aPlan({
      machine: {
        runnerUp,
        rejected: [
          rejected('p5.48xlarge', 40_000, 'dearer'),
          rejected('g4dn.xlarge', 384, 'does not fit'),
          { ...rejected('g4dn.xlarge', 384, 'does not fit'), tensorParallel: 2 },
          runnerUp,
          rejected('p9.xlarge', null, 'price not known'),
          rejected('g6.xlarge', 588, 'too slow'),
          rejected('g4dn.2xlarge', 549, 'does not fit'),
        ],
      },
    });
    const weighed = planSections(plan).find(({ title }) => title === 'What else was weighed');
    expect(weighed?.rows).toEqual([
      ['g6e.2xlarge', '1 x L4', '1,637', 'second: 278 USD a month dearer'],
      ['g4dn.xlarge +1', '1 x L4', '384', 'does not fit'],
      ['g6.xlarge', '1 x L4', '588', 'too slow'],
      ['p5.48xlarge', '1 x L4', '40,000', 'dearer'],
      ['p9.xlarge', '1 x L4', '-', 'price not known'],
    ]);
    expect(weighed?.notes).toEqual(['+1, +2, ...: so many dearer ones for the same reason.']);
  });

  it('says how many more were weighed', () => {
    const machine = {
      rejected: Array.from({ length: 9 }, (_, index) =>
        rejected(`g${index}.xlarge`, 100 + index, `${index} dearer`),
      ),
    };
    const weighed = planSections(aPlan({ machine })).find(({ title }) => title === 'What else was weighed');
    expect(weighed?.rows).toHaveLength(6);
    expect(weighed?.notes).toEqual(['3 others in --json.']);
  });

  it('ends with what deserves a look', () => {
    const plan = {
      ...aPlan(),
      warnings: [{ path: 'monitoring.notify', rule: 'x', message: 'alarms reach nobody' }],
    };
    expect(planSections(plan).at(-1)).toEqual({
      title: 'Worth a look',
      rows: [['monitoring.notify', 'alarms reach nobody']],
    });
    expect(planSections(aPlan()).map(({ title }) => title)).not.toContain('Worth a look');
  });
});
