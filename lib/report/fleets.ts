import type {
  Decisions,
  FleetDecision,
  FleetMachine,
  GatewayGroupDecision,
  Quota,
  ScaledDecisions,
} from '../plan/plan';
import { amount, duration, plural } from './numbers';
import { explained } from './section';

/** The machines of the gateway and of each fleet, each with its reason. */
export function fleetRows(decisions: ScaledDecisions): string[][] {
  const { gatewayGroup, fleets, batch } = decisions;
  const own = batch?.own === undefined ? [] : [batch.own.fleet];
  return [
    ...explained('Gateways', gatewayText(gatewayGroup), gatewayGroup.because),
    ...fleets.flatMap((fleet) => [
      ...explained(`Fleet ${fleet.name}`, fleetText(fleet), fleet.because),
      ...fleet.scaling.schedule.map(({ days, from, to, min, max }) => [
        '',
        `${days} ${from} to ${to} (${fleet.scaling.timeZone}): ${bounds(min, max)}`,
      ]),
      [
        '',
        `a machine answers ${duration(fleet.loadSeconds)} after its start, and drains for at most ${duration(fleet.drainSeconds)}`,
      ],
    ]),
    ...quotaRows([...fleets, ...own].flatMap(quotasOf)),
  ];
}

/** Of each quota what the type needs that needs the most: any of them may be all that there is. */
function quotasOf({ machines }: Pick<FleetDecision, 'machines'>): Quota[] {
  const largest = new Map<string, Quota>();
  for (const quota of machines.flatMap(({ quotas }) => quotas)) {
    if (quota.vcpus > (largest.get(quota.code)?.vcpus ?? 0)) largest.set(quota.code, quota);
  }
  return [...largest.values()];
}

export function quotaRows(quotas: readonly Quota[]): string[][] {
  // fleets of one family share its quota
  return [...new Set(quotas.map(({ code }) => code))].map((code) => {
    const same = quotas.filter((quota) => quota.code === code);
    const vcpus = same.reduce((sum, quota) => sum + quota.vcpus, 0);
    return ['Quota', `${same[0]?.name} (${code}) must allow ${vcpus} vCPUs`];
  });
}

function gatewayText({ min, max, instanceType, vcpus, memoryGiB }: GatewayGroupDecision): string {
  return `${bounds(min, max)}, ${instanceType} (${vcpus} vCPUs, ${amount(memoryGiB)} GiB)`;
}

function fleetText({ min, max, machines, purchase, onDemandBase, warmPool }: FleetDecision): string {
  const [planned] = machines as [FleetMachine];
  const bought = purchase === 'mixed' ? `${onDemandBase} on demand, the rest spot` : purchase;
  const warm = warmPool === 0 ? '' : `, ${warmPool} stopped ones ready`;
  return `${bounds(min, max)}, ${planned.instanceType} with ${planned.gpuCount} x ${planned.gpu}, ${bought}${warm}`;
}

function bounds(min: number, max: number): string {
  if (max === 0) return 'asleep';
  return min === max ? plural(min, 'machine') : `${min} to ${plural(max, 'machine')}`;
}

export function rolloutRows(decisions: Decisions): string[][] {
  if (decisions.fleets === undefined || decisions.fleets.length === 0) return [];
  const { rollout } = decisions;
  return explained('Changes', rollout.strategy, rollout.because);
}
