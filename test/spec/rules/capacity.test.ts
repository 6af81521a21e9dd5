import { describe, expect, it } from 'vitest';
import { parseDeployment } from '../../../lib/spec/parse';
import type { Deployment } from '../../../lib/spec/types';
import { problems } from '../problems';

const fleet = (changes: Record<string, unknown>) =>
  problems({ architecture: 'scaled', traffic: { concurrentUsers: 1000 }, ...changes });
const qwen = (fields: Record<string, unknown>) => ({ models: [{ source: 'Qwen/Qwen3-8B', ...fields }] });
const day = { days: 'mon-fri', from: '08:00', to: '18:00' };

describe('rules about fleets', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'a least above the most',
      qwen({ replicas: { min: 4, max: 2 } }),
      ['models[0].replicas.min: got 4, more than `max`, which is 2 [bounds]'],
    ],
    [
      'windows that overlap over midnight and the end of the week',
      {
        capacity: {
          schedule: [
            { days: 'sun', from: '22:00', to: '06:00', min: 1 },
            { days: 'mon', from: '05:00', to: '07:00', min: 2 },
          ],
        },
      },
      ['capacity.schedule[1]: overlaps with window 1: bounds of the same minute must be one [bounds]'],
    ],
    [
      'an empty window',
      { capacity: { schedule: [{ ...day, to: '08:00', min: 1 }] } },
      ['capacity.schedule[0].to: got "08:00", which is `from`: the window is empty [bounds]'],
    ],
    [
      'a model that nothing wakes',
      qwen({ replicas: { min: 0 } }),
      [
        'models[0].replicas.min: got 0, and nothing wakes the model again: add a window with `min: 1` to `capacity.schedule`, or write 1 [zero-needs-waker]',
      ],
    ],
    [
      'stopped spot machines',
      { capacity: { purchase: 'mixed', warmPool: 2 } },
      [
        'capacity.warmPool: got 2 with `purchase: mixed`: stopped machines cannot be spot ones; write `purchase: on-demand`, or remove `warmPool` [warm-pool-purchase]',
      ],
    ],
    [
      'a reservation of spot machines',
      { environment: 'dev', capacity: { purchase: 'spot', reservations: 'cr-0123456789abcdef0' } },
      [
        'capacity.reservations: spot machines use no reservation: write `purchase: on-demand` or `mixed` [reservation-shape]',
      ],
    ],
    [
      'a base without mixed purchase, and a target above 1',
      { capacity: { onDemandBase: 2, scalingTarget: 5 } },
      [
        'capacity.onDemandBase: has no meaning with `purchase: on-demand`: write `mixed`, or remove it [unused-field]',
        'capacity.scalingTarget: got 5, a share of the planned sequences in flight is at most 1: write 0.75, or `scalingSignal: waiting-requests` [unused-field]',
      ],
    ],
    [
      'a time zone that is none, and one that nothing uses',
      { timeZone: 'Europe/Berlim', capacity: { schedule: [{ ...day, min: 3 }] } },
      ['timeZone: "Europe/Berlim" is no time zone: write one such as `Europe/Berlin` [time-zone]'],
    ],
    [
      'a canary without spare machines, and steps that fall',
      { rollout: { strategy: 'canary', maxSurge: 0, canarySteps: [50, 10] } },
      [
        'rollout.maxSurge: got 0 with `strategy: canary`, which starts new copies before old ones go: write 1 or more, or `strategy: rolling` [surge-needed]',
        'rollout.canarySteps[1]: got 10 after 50: each step is larger [unused-field]',
      ],
    ],
    [
      'a change that ends at an alarm which is off',
      {
        rollout: { abortOn: ['error-rate', 'latency-p99'] },
        monitoring: { thresholds: { 'latency-p99': 'off' } },
      },
      [
        'rollout.abortOn[1]: got `latency-p99`, whose alarm `monitoring.thresholds` switches off: give it a threshold, or remove it here [alarm-off]',
      ],
    ],
    [
      'four nines in one region',
      { reliability: { availabilityPercent: 99.99 } },
      [
        'reliability.availabilityPercent: 99.99 % needs two regions, which are not built yet: write less than 99.99 [availability-form]',
      ],
    ],
    [
      'what a machine of a fleet does not have',
      { network: { ingress: 'tunnel' }, database: 'embedded', modelStore: { diskGiB: 500 } },
      [
        'network.ingress: got "tunnel": a tunnel ends at one machine, and a gateway group has several behind a balancer: write `internal` or `public` [cannot]',
        'database: got "embedded": machines of a fleet come and go, so Postgres cannot live on one: write `managed`, or leave it out [cannot]',
        'modelStore.diskGiB: machines of a fleet come and go, and none has a data disk: remove it [cannot]',
      ],
    ],
  ])('refuse %s', (_, changes, expected) => {
    expect(fleet(changes).sort()).toEqual(expected.sort());
  });

  it('warn of a fleet that the cloud may take as a whole', () => {
    const spot: Deployment = {
      name: 'demo',
      cloud: 'aws',
      region: 'us-east-1',
      architecture: 'scaled',
      models: ['Qwen/Qwen3-8B'],
      traffic: { concurrentUsers: 1000 },
      capacity: { purchase: 'spot' },
    };
    const of = (spec: Deployment) => parseDeployment(spec).warnings.map(({ path, rule }) => [path, rule]);
    expect(of(spot)).toEqual([['capacity.purchase', 'spot-risk']]);
    expect(of({ ...spot, environment: 'dev' })).toEqual([]);
    expect(of({ ...spot, capacity: { purchase: 'mixed' } })).toEqual([]);
  });
});
