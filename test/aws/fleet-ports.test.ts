import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../lib/spec/types';
import { scaledWith } from './scaled-fixture';
import { type Properties, written } from './synthesize';

const network = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
type Models = Deployment['models'];

/** Listeners of fleets by port, as the ids that CloudFormation knows them by and that follow from names. */
function ownersOf(models: Models): Map<number, string> {
  const { resources } = written(scaledWith({ models, network }));
  const found = Object.entries(resources).flatMap(([id, { Type, Properties = {} }]): [number, string][] =>
    Type === 'AWS::ElasticLoadBalancingV2::Listener' && isOfFleet(id)
      ? [[(Properties as Properties).Port, id]]
      : [],
  );
  return new Map(found);
}
const isOfFleet = (id: string) => /^LlmEngines.*Engines/.test(id);

const version = (name: string, weightPercent: number) => ({ name, source: 'Qwen/Qwen3-8B', weightPercent });
const chat = { name: 'chat', source: 'Qwen/Qwen3-8B' };
const both = { name: 'chat', versions: [version('v1', 90), version('v2', 10)] };
const newer = { name: 'chat', versions: [version('v2', 100)] };
const small = { name: 'small', source: 'Qwen/Qwen3-4B' };

const changes: [string, Models, Models, number, number][] = [
  ['a model gets versions', [chat], [both], 1, 2],
  ['the older version goes', [both], [newer], 2, 1],
  ['a model is added before another', [chat], [small, chat], 1, 2],
  ['models change places', [chat, small], [small, chat], 2, 2],
];

describe('the ports of fleets', () => {
  it.each(changes)('stay with their owners when %s', (_, before, after, fleetsBefore, fleetsAfter) => {
    const [old, now] = [ownersOf(before), ownersOf(after)];
    expect([old.size, now.size]).toEqual([fleetsBefore, fleetsAfter]);
    for (const [port, id] of now) {
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThanOrEqual(59_999);
      expect([undefined, id]).toContain(old.get(port));
    }
    const portOf = new Map([...now].map(([port, id]) => [id, port]));
    for (const [port, id] of old) expect([undefined, port]).toContain(portOf.get(id));
  });
});
