import { type Check, differ, first } from './check';
import { plannedGroups } from './planned';
import { weekOf } from './week';

/** Which machines run, and how they are started and judged. */
export const machineChecks: Check[] = [
  {
    promises: 'runs the machines of the plan: types, sizes and purchase of each group, and no other group',
    problems: ({ plan, facts }) => {
      const planned = plannedGroups(plan).map(({ machines }) => machines);
      const names = (groups: { name: string }[]) => groups.map(({ name }) => name).sort();
      return [
        ...differ('groups', names(facts.groups), names(planned)),
        ...planned.flatMap((group) => {
          const found = facts.groups.find(({ name }) => name === group.name);
          if (!found) return [];
          return (Object.keys({ ...group, reservation: 0 }) as (keyof typeof group)[]).flatMap((field) =>
            differ(`${group.name}: ${field}`, found[field], group[field]),
          );
        }),
      ];
    },
    violations: {
      'another type': ({ groups }) =>
        first(
          groups.flatMap(({ types }) => types),
          (kind) => (kind.type += 'n'),
        ),
      'another weight': ({ groups }) =>
        first(
          groups.flatMap(({ types }) => types),
          (kind) => (kind.weight += 1),
        ),
      'a machine more': ({ groups }) => first(groups, (group) => (group.max += 1)),
      'a machine fewer': ({ groups }) => first(groups, (group) => (group.min -= 1)),
      'another purchase': ({ groups }) =>
        first(groups, (group) => (group.purchase = group.purchase === 'spot' ? 'on-demand' : 'spot')),
      'a group that nobody planned': ({ groups }) =>
        first(groups, (group) => groups.push({ ...group, name: 'stray' })),
      'a group missing': ({ groups }) => groups.pop() !== undefined,
    },
    fleetViolations: {
      'fewer that are never spot': ({ groups }) =>
        first(
          groups.filter(({ onDemandBase }) => onDemandBase > 0),
          (group) => (group.onDemandBase -= 1),
        ),
    },
  },
  {
    promises: 'wakes and sleeps in each minute of the week as the plan says, in its time zone',
    problems: ({ plan, facts }) =>
      plannedGroups(plan).flatMap(({ machines: { name }, week, timeZone }) => {
        const group = facts.groups.find((candidate) => candidate.name === name);
        if (!group) return [];
        if (week === undefined) return differ(`${name}: schedule`, group.schedule, []);
        const found = weekOf(group);
        const minute = week.findIndex((bounds, at) => differ('', found[at], bounds).length > 0);
        return [
          ...(minute < 0 ? [] : differ(`${name}: minute ${minute}`, found[minute], week[minute])),
          ...group.schedule.flatMap((change) => differ(`${name}: time zone`, change.timeZone, timeZone)),
        ];
      }),
    violations: {
      'a window that nobody planned': ({ groups }) =>
        first(
          groups.filter(({ schedule }) => schedule.length === 0),
          ({ schedule }) => schedule.push({ days: [6], hour: 3, minute: 0, min: 0, max: 0, timeZone: 'UTC' }),
        ),
    },
    fleetViolations: {
      'other bounds': ({ groups }) =>
        first(
          groups.flatMap(({ schedule }) => schedule),
          (change) => (change.max += 1),
        ),
      'an hour later': ({ groups }) =>
        first(
          groups.flatMap(({ schedule }) => schedule),
          (change) => (change.hour += 1),
        ),
      'another time zone': ({ groups }) =>
        first(
          groups.flatMap(({ schedule }) => schedule),
          (change) => (change.timeZone = 'Asia/Tokyo'),
        ),
    },
  },
  {
    promises: 'gives no machine a public address, and spreads each group over the zones of the plan',
    problems: ({ plan, facts }) => [
      ...facts.groups
        .filter(({ publicAddress }) => publicAddress)
        .map(({ name }) => `${name}: public address`),
      ...plannedGroups(plan).flatMap(({ machines, zones }) => {
        const found = facts.groups.find(({ name }) => name === machines.name)?.zones ?? 0;
        const enough = machines.role === 'server' ? found === 1 : found >= zones;
        return enough ? [] : [`${machines.name}: ${found} zones, not ${zones}`];
      }),
    ],
    violations: {
      'a public address': ({ groups }) => first(groups, (group) => (group.publicAddress = true)),
      'another number of zones': ({ groups }) =>
        first(groups, (group) => (group.zones = group.role === 'server' ? 2 : 0)),
    },
  },
  {
    promises: 'waits longer than a start takes before it judges a machine, or a deployment of it',
    problems: ({ plan, facts }) =>
      plannedGroups(plan).flatMap(({ machines: { name }, bootGraceSeconds, loadSeconds }) => {
        const group = facts.groups.find((candidate) => candidate.name === name);
        if (!group) return [];
        const waits = {
          'judged after': group.graceSeconds,
          'given up by the deployment after': group.firstStartSeconds,
          'given up by its group after': group.startSeconds,
        };
        return [
          ...differ(`${name}: grace`, group.graceSeconds, bootGraceSeconds),
          // nothing to wait for where no machine runs at first
          ...(group.min === 0 || group.firstStartSeconds !== undefined
            ? []
            : [`${name}: nobody waits for machines`]),
          ...Object.entries(waits).flatMap(([what, seconds = Number.POSITIVE_INFINITY]) =>
            seconds > loadSeconds ? [] : [`${name}: ${what} ${seconds} s, loads for ${loadSeconds} s`],
          ),
        ];
      }),
    violations: {
      'a grace of a web server': ({ groups }) => first(groups, (group) => (group.graceSeconds = 300)),
      'a deployment that asks nobody': ({ groups }) =>
        first(
          groups.filter(({ min }) => min > 0),
          (group) => delete group.firstStartSeconds,
        ),
      'a deployment that gives up at once': ({ groups }) =>
        first(groups, (group) => (group.firstStartSeconds = 0)),
    },
    fleetViolations: {
      'a group that gives up at once': ({ groups }) =>
        first(
          groups.filter(({ startSeconds }) => startSeconds !== undefined),
          (group) => (group.startSeconds = 0),
        ),
    },
  },
  {
    promises: 'tells each machine which bundle to run, by a checksum, in a start text that is not cut off',
    problems: ({ facts }) =>
      facts.groups.flatMap(({ name, start, bundle }) => [
        ...(start.includes(bundle.sha256) ? [] : [`${name}: starts another bundle than ${bundle.sha256}`]),
        ...(Buffer.byteLength(start) < startLimitBytes ? [] : [`${name}: a start text of over 16 KiB`]),
      ]),
    violations: {
      'another bundle': ({ groups }) =>
        first(groups, (group) => (group.start = group.start.replace(group.bundle.sha256, '0'.repeat(64)))),
      'a long start text': ({ groups }) =>
        first(groups, (group) => (group.start += ' '.repeat(startLimitBytes))),
    },
  },
];

/** User data ends there on AWS; metadata of the other clouds takes more. */
const startLimitBytes = 16 * 1024;
