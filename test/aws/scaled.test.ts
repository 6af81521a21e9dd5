import { describe, expect, it } from 'vitest';
import { scaledWith } from './scaled-fixture';
import { written } from './synthesize';

describe('x', () => {
  it('y', () => {
    const t = written(scaledWith({ network: { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' } }));
    const counts: Record<string, number> = {};
    for (const r of Object.values(t.resources)) counts[r.Type] = (counts[r.Type] ?? 0) + 1;
    console.log(counts, t.template.Outputs);
  });
});
