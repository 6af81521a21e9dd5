import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { BillLine } from '../../lib/cost/line';
import { billProblems, groupMeasured } from '../contract/bill';
import { awsFacts } from './facts';
import { awsResources } from './facts-bill';
import { planOf } from './plan-fixture';
import { writtenOf } from './synthesize';

const plan = planOf('tunnel');
const known = bill(plan);
const facts = awsFacts(plan, writtenOf('tunnel'));
const measured = [...facts.groups.map(groupMeasured), ...facts.measured];

describe('the bill of a template', () => {
  it('misses each line that pays for a resource', () => {
    const paying = known.lines.filter(({ count }) => count > 0);
    expect(paying.length).toBeGreaterThan(10);
    for (const line of paying) {
      const without = { ...known, lines: known.lines.filter((other) => other !== line) };
      expect(billProblems(measured, without), `without ${line.id}`).not.toEqual([]);
    }
  });

  it('sees a second resource in number and quantity', () => {
    const gateway = { id: 'Second', counts: { 'nat-gateway': 1 }, quantities: { 'nat-gateway': 730 } };
    expect(billProblems([...measured, gateway], known)).toEqual([
      'nat-gateway: 2 in the output, 1 on the bill',
      'nat-gateway: 1460 in the output, 730 on the bill',
    ]);
  });

  it('sees a line too many', () => {
    const address = known.lines.find(({ id }) => id === 'nat-public-ip') as BillLine;
    const extra = { ...address, id: 'load-balancer-public-ip', count: 0 };
    expect(billProblems(measured, { ...known, lines: [...known.lines, extra] })).toEqual([
      'load-balancer-public-ip: 0 in the output, 730 on the bill',
    ]);
  });

  it('has a reason for each type that is free', () => {
    for (const [type, rule] of Object.entries(awsResources)) {
      if ('free' in rule) expect(rule.free, type).toMatch(/\w+ \w+/);
    }
  });
});
