import { isSingleServer } from '../../lib/plan/forms';
import type { Plan, ScaledPlan } from '../../lib/plan/plan';
import { type Bundle, batchBundle, bundle, fleetBundle, gatewayBundle } from '../../lib/runtime/bundle';
import type { BoundsChange, Group } from '../contract/facts';
import { scalingOf } from './facts-scaling';
import type { Properties, Resource, Written } from './synthesize';

/** Every Auto Scaling group of a template, with the launch template behind it. */
export function groupsOf(plan: Plan, template: Written): Group[] {
  return Object.entries(template.resources)
    .filter(([, { Type }]) => Type === 'AWS::AutoScaling::AutoScalingGroup')
    .map(([id, resource]) => groupOf(plan, template, id, resource));
}

/** Name of the group in the plan. */
export const groupName = (template: Written, { Properties: group = {} }: Resource): string =>
  whose(startText(machineOf(template, group))).name;

/** undefined for a group that is no fleet. */
export function fleetName(template: Written, { Properties: group = {} }: Resource): string | undefined {
  const { role, name } = whose(startText(machineOf(template, group)));
  return role === 'fleet' ? name : undefined;
}

/** What a group launches: the data of its launch template. */
function machineOf(template: Written, group: Properties): Properties {
  const { LaunchTemplateId: launched } =
    group.LaunchTemplate ?? group.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification;
  return template.resources[launched.Ref]?.Properties?.LaunchTemplateData;
}

const startText = (machine: Properties) => text(machine.UserData['Fn::Base64']);

function groupOf(plan: Plan, template: Written, id: string, resource: Resource): Group {
  const group = resource.Properties as Properties;
  const mixed = group.MixedInstancesPolicy as Properties | undefined;
  const machine = machineOf(template, group);
  const start = startText(machine);
  const { role, name } = whose(start);
  const hooks = hooksOf(template, id, group);
  return {
    role,
    name,
    types: types(mixed, machine),
    min: Number(group.MinSize),
    max: Number(group.MaxSize),
    schedule: template
      .properties('AWS::AutoScaling::ScheduledAction')
      .filter((action) => action.AutoScalingGroupName.Ref === id)
      .map(boundsChange),
    ...purchase(mixed, machine),
    warmPool: template
      .properties('AWS::AutoScaling::WarmPool')
      .filter((pool) => pool.AutoScalingGroupName.Ref === id)
      .reduce((sum, pool) => sum + Number(pool.MinSize), 0),
    ...reservation(group),
    zones: group.VPCZoneIdentifier.length,
    publicAddress: (machine.NetworkInterfaces ?? []).some(
      (card: Properties) => card.AssociatePublicIpAddress,
    ),
    ports: template
      .properties('AWS::EC2::SecurityGroupIngress')
      .filter((rule) => holds(machine, rule.GroupId))
      .map((rule) => rule.FromPort as number),
    graceSeconds: group.HealthCheckGracePeriod,
    ...(resource.CreationPolicy && {
      firstStartSeconds: seconds(resource.CreationPolicy.ResourceSignal.Timeout),
    }),
    ...(hooks.launching !== undefined && { startSeconds: hooks.launching }),
    // without a hook nobody waits
    drainSeconds: hooks.terminating ?? 0,
    disks: disks(template, machine),
    // seven by the minute, with detailed monitoring
    machineMetrics: machine.Monitoring?.Enabled ? 7 : 0,
    scaling: scalingOf(template, id),
    start,
    bundle: bundleOf(plan, role, name),
  };
}

/** Seconds of the hooks of a group, in resources of their own or in the group itself. */
function hooksOf(
  template: Written,
  id: string,
  group: Properties,
): { launching?: number; terminating?: number } {
  const hooks = [
    ...template
      .properties('AWS::AutoScaling::LifecycleHook')
      .filter((hook) => hook.AutoScalingGroupName.Ref === id),
    ...((group.LifecycleHookSpecificationList ?? []) as Properties[]),
  ];
  return Object.fromEntries(
    hooks.map(({ LifecycleTransition, HeartbeatTimeout }) => [
      LifecycleTransition.endsWith('LAUNCHING') ? 'launching' : 'terminating',
      HeartbeatTimeout,
    ]),
  );
}

/** The start text tells a machine what it is. */
function whose(start: string): Pick<Group, 'role' | 'name'> {
  const fleet = /^\s*LLM_FLEET='(.*)'$/m.exec(start)?.[1];
  if (fleet !== undefined) return { role: 'fleet', name: fleet };
  const role = start.includes('LLM_DATA_VOLUME_ID=') ? 'server' : 'gateway';
  return { role, name: role };
}

function bundleOf(plan: Plan, role: Group['role'], name: string): Bundle {
  if (isSingleServer(plan)) return bundle(plan, 'aws');
  const scaled = plan as ScaledPlan;
  if (role === 'gateway') return gatewayBundle(scaled, 'aws');
  const { own } = scaled.decisions.batch ?? {};
  if (own?.fleet.name === name) return batchBundle(scaled, own, 'aws');
  const fleet = scaled.decisions.fleets.find((candidate) => candidate.name === name);
  if (fleet === undefined) throw new Error(`a machine says that it is of the fleet ${name}`);
  return fleetBundle(scaled, fleet, 'aws');
}

/** `0 7 * * 1,2,3`: cron counts the days of the week from Sunday. */
function boundsChange({ Recurrence, MinSize, MaxSize, TimeZone = 'UTC' }: Properties): BoundsChange {
  const [minute, hour, , , days] = (Recurrence as string).split(' ') as [
    string,
    string,
    string,
    string,
    string,
  ];
  if (!/^[\d,]+$/.test(days)) throw new Error(`no reader of the days ${days}`);
  return {
    days: days.split(',').map((day) => (Number(day) + 6) % 7),
    hour: Number(hour),
    minute: Number(minute),
    min: MinSize,
    max: MaxSize,
    timeZone: TimeZone,
  };
}

function reservation({ CapacityReservationSpecification: specification }: Properties): {
  reservation?: string;
} {
  const { CapacityReservationIds: ids = [], CapacityReservationResourceGroupArns: arns = [] } =
    specification?.CapacityReservationTarget ?? {};
  const [first] = [...ids, ...arns];
  return first === undefined ? {} : { reservation: first };
}

function types(mixed: Properties | undefined, machine: Properties): Group['types'] {
  const overrides = (mixed?.LaunchTemplate.Overrides ?? []) as Properties[];
  if (overrides.length === 0) return [{ type: machine.InstanceType, weight: 1 }];
  return overrides.map(({ InstanceType, WeightedCapacity = 1 }) => ({
    type: InstanceType,
    weight: Number(WeightedCapacity),
  }));
}

function purchase(
  mixed: Properties | undefined,
  machine: Properties,
): Pick<Group, 'purchase' | 'onDemandBase'> {
  if (machine.InstanceMarketOptions?.MarketType === 'spot') return { purchase: 'spot', onDemandBase: 0 };
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: above = 100 } =
    mixed?.InstancesDistribution ?? {};
  if (above === 100) return { purchase: 'on-demand', onDemandBase: 0 };
  if (above !== 0) throw new Error(`${above} % on demand above the base: neither spot nor a base`);
  return { purchase: base === 0 ? 'spot' : 'mixed', onDemandBase: base };
}

const holds = (machine: Properties, groupId: unknown) =>
  JSON.stringify([machine.SecurityGroupIds, machine.NetworkInterfaces]).includes(JSON.stringify(groupId));

/** The root disk in the launch template, and the data volume that machines with such a disk attach. */
function disks(template: Written, machine: Properties): Group['disks'] {
  const root = (machine.BlockDeviceMappings as Properties[]).map(({ Ebs }) => ({
    use: 'root' as const,
    gib: Number(Ebs.VolumeSize),
    mibps: Number(Ebs.Throughput ?? 125),
  }));
  const data = template.properties('AWS::EC2::Volume').map(({ Size, Throughput = 125 }) => ({
    use: 'data' as const,
    gib: Number(Size),
    mibps: Number(Throughput),
  }));
  return [...root, ...data];
}

/** `PT1H30M` and such. */
export function seconds(duration: string | undefined): number {
  const [, hours = 0, minutes = 0, rest = 0] =
    /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration ?? '') ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

/** A value of the template as text: references stand as `<LogicalId>`. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::Sub': sub, 'Fn::GetAtt': attribute } = value as Properties;
  if (join) return join[1].map(text).join(join[0]);
  return sub ?? `<${Ref ?? attribute?.join('.')}>`;
}
