import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { planSections } from '../../lib/report/plan';
import { problems } from '../spec/problems';
import { planned, scaled } from './example';

const filtered = { gateway: { guardrail: true } } as const;

describe('the content filter', () => {
  it('is absent until it is asked for', () => {
    expect(planned().decisions.gateway).not.toHaveProperty('guardrail');
    expect(bill(planned()).lines.map(({ id }) => id)).not.toContain('content-filter');
  });

  it('looks for harm in prompts and answers and for attacks in prompts, and plan says so', () => {
    const plan = planned(filtered);
    expect(plan.decisions.gateway.guardrail?.filters).toContainEqual({
      category: 'prompt-attack',
      prompts: 'medium',
      answers: 'none',
    });
    const rows = planSections(plan).flatMap((section) => section.rows);
    expect(rows).toContainEqual([
      'Content filter',
      'hate, insults, sexual, violence, misconduct, prompt-attack',
    ]);
  });

  it('is on the bill by the characters that it looks at, each look at a stream from its beginning', () => {
    const plan = planned(filtered);
    const { requestsPerMonth, inputTokens, outputTokens } = plan.decisions.load;
    expect([inputTokens, outputTokens]).toEqual([1000, 300]);
    const line = bill(plan).lines.find(({ id }) => id === 'content-filter');
    // 4,500 characters in are 5 units; 1,350 out are 2, and looks at 450, 900 and 1,350 of them 1, 1 and 2 more
    expect(line?.low.quantity).toBeCloseTo((requestsPerMonth * 7) / 1000);
    expect(line?.quantity).toBeCloseTo((requestsPerMonth * 11) / 1000);
    expect(line?.usdPerUnit).toBe(0.15);
  });

  it('is reached inside the network of a fleet', () => {
    expect(scaled(filtered).decisions.network.privateEndpoints).toContain('managed-models');
    expect(scaled().decisions.network.privateEndpoints).not.toContain('managed-models');
  });

  it('is refused where the region has none', () => {
    expect(problems({ ...filtered, region: 'il-central-1' })).toEqual([
      'gateway.guardrail: il-central-1 has no Bedrock Guardrails: remove it and filter in your application, or take a region such as us-east-1 or eu-central-1 [guardrail-region]',
    ]);
    expect(problems({ ...filtered, region: 'eu-central-1' })).toEqual([]);
  });
});
