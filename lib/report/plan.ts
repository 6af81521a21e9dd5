import type {
  DatabaseDecision,
  Decisions,
  MachineDecision,
  ModelDecision,
  Plan,
  RejectedMachine,
} from '../plan/plan';
import { plannedShare } from '../sizing/capacity';
import { batchRows } from './batch';
import { complianceSections } from './compliance';
import { fleetRows, quotaRows, rolloutRows } from './fleets';
import { extras, managedSections, modelTitle, routeSections } from './models';
import { amount, duration, plural, usd } from './numbers';
import { explained, type Section } from './section';

/** The plan for people: every decision with its reason, the way to the load, what lost, what to look at. */
export function planSections(plan: Plan): Section[] {
  return [
    headSection(plan),
    loadSection(plan.decisions),
    ...plan.decisions.models.map((model) => modelSection(model)),
    ...managedSections(plan.decisions),
    ...routeSections(plan.decisions),
    decisionsSection(plan.decisions),
    ...alternativesSections(plan.decisions),
    ...complianceSections(plan.decisions),
    ...warningSections(plan),
  ];
}

function headSection({ spec, decisions }: Plan): Section {
  const { identity, architecture } = decisions;
  return {
    title: `${identity.name}: ${architecture.name} on ${spec.cloud}, ${identity.region}`,
    rows: [
      ...explained('Name', identity.name, identity.because),
      ...explained('Form', architecture.name, architecture.because),
      ...machineRows(decisions),
    ],
  };
}

function machineRows(decisions: Decisions): string[][] {
  const { machine } = decisions;
  if (machine === undefined) return fleetRows(decisions);
  return [
    ...explained('Machine', machineText(machine), machine.because),
    ...quotaRows(machine.quota ? [machine.quota] : []),
  ];
}

function machineText(machine: MachineDecision): string {
  const price =
    machine.purchase === 'spot' && machine.usdPerHourSpot !== null
      ? machine.usdPerHourSpot
      : machine.usdPerHourOnDemand;
  const priceText =
    machine.purchase === 'spot' && machine.usdPerHourSpot === null
      ? `spot (price not known; on-demand USD ${price}/h)`
      : `${machine.purchase} at USD ${price}/h, USD ${usd(price * machine.count * machine.hoursPerMonth)}/month`;
  return `${plural(machine.count, machine.instanceType, machine.instanceType)} with ${machine.gpuCount} x ${machine.gpu}, ${machine.vcpus} vCPUs, ${amount(machine.memoryGiB)} GiB, ${priceText}`;
}

function loadSection({ load }: Decisions): Section {
  return {
    title: 'From users to requests in flight',
    rows: load.steps.map((step) => [step]),
    notes: [load.because],
  };
}

function modelSection(model: ModelDecision): Section {
  const { expected } = model;
  const weights =
    model.quantization === 'none' ? `weights in ${model.dtype}` : `weights in ${model.quantization}`;
  const copies = model.copies === 1 ? '1 engine' : `${model.copies} engines`;
  const gpus =
    model.tensorParallel === 1 ? 'on 1 GPU' : `on ${model.tensorParallel} GPUs each (tensor parallel)`;
  return {
    title: modelTitle(model),
    rows: [
      [
        'Engine',
        `${model.engine}, ${copies} ${gpus}, ${weights} (${amount(model.weightsGiB)} GiB), KV cache ${model.kvCacheDtype}`,
      ],
      ['', model.because],
      [
        'Context',
        `${amount(model.maxContext)} tokens a request, at most ${plural(model.maxSequences, 'request')} in a batch`,
      ],
      ['KV cache', `${amount(expected.kvCacheTokens)} tokens in each engine`],
      [
        'Holds',
        `${plural(expected.sequencesInFlight, 'request')} in flight at most, when answers are as slow as the service level allows; ${plannedShare * 100} % of the rate there is planned on: ${amount(expected.requestsPerSecondCapacity)} requests/s, ${amount(expected.outputTokensPerSecond)} output tokens/s`,
      ],
      [
        'Speed',
        `first token after ${amount(expected.ttftMs)} ms, then ${amount(expected.interTokenMs)} ms a token`,
      ],
      ...extras(model),
    ],
  };
}

function decisionsSection(decisions: Decisions): Section {
  const {
    images,
    disks,
    network,
    entry,
    timeouts,
    gateway,
    application,
    database,
    cache,
    documents,
    backup,
    modelStore,
    security,
    monitoring,
    budget,
  } = decisions;
  return {
    title: 'Around it',
    rows: [
      ...explained('Entry', entryText(entry), entry.because),
      ...explained(
        'Network',
        network.existing
          ? network.existing.id
          : `${network.cidr}, ${network.egress === 'none' ? 'no way out' : plural(network.natGateways, 'NAT gateway')}`,
        network.because,
      ),
      ...(disks
        ? explained(
            'Disks',
            `root ${disks.rootGiB} GiB, data ${disks.dataGiB} GiB at ${disks.dataThroughputMiBps} MiB/s`,
            disks.because,
          )
        : []),
      ...explained('Database', databaseText(database), database.because),
      ...explained('Cache', cacheText(cache), cache.because),
      ...(documents
        ? explained(
            'Documents',
            `DocumentDB ${documents.majorVersion}, ${plural(documents.instances, 'instance')} of ${documents.instanceClass}`,
            documents.because,
          )
        : []),
      ...(backup
        ? explained(
            'Backups',
            `nightly, kept ${plural(backup.keptDays, 'day')}${backup.copy ? `, copied to ${backup.copy.region}` : ''}`,
            backup.because,
          )
        : []),
      ...explained(
        'Gateway',
        `${plural(gateway.workers, 'worker')}, ${plural(gateway.retries, 'retry', 'retries')}; a new key may send ${plural(gateway.keyLimits.requestsPerMinute, 'request')} a minute`,
        gateway.because,
      ),
      ...(gateway.guardrail
        ? explained(
            'Content filter',
            gateway.guardrail.filters.map(({ category }) => category).join(', '),
            gateway.guardrail.because,
          )
        : []),
      ...(application
        ? explained(
            'Application',
            `port ${application.port} at \`${application.path}\`, at most ${application.vcpus} CPU and ${application.memoryGiB} GiB`,
            application.because,
          )
        : []),
      ...explained(
        'Timeouts',
        `an answer may take ${duration(timeouts.answerSeconds)}, draining ${duration(timeouts.drainSeconds)}, a first start ${duration(timeouts.bootGraceSeconds)}`,
        timeouts.because,
      ),
      ...explained(
        'Weights',
        `${modelStore.bucket ?? 'a new bucket'}, ${amount(modelStore.storedGiB)} GiB a revision`,
        modelStore.because,
      ),
      ...batchRows(decisions),
      ...explained(
        'Security',
        `${security.encryption} encryption${security.deletionProtection ? ', guarded against deletion' : ''}`,
        security.because,
      ),
      ...explained(
        'Alarms',
        `${plural(monitoring.alarms.length, 'alarm')}, logs kept ${monitoring.logRetentionDays} days, ${monitoring.emails.length === 0 ? 'nobody is notified' : `mail to ${monitoring.emails.join(', ')}`}`,
        monitoring.because,
      ),
      ...explained(
        'Images',
        [
          images.gateway,
          ...(decisions.models.length > 0 ? [images.engine] : []),
          ...(database.postgres === 'embedded' ? [images.database] : []),
          ...(cache.valkey === 'embedded' ? [images.cache] : []),
          images.telemetry,
          ...(images.front ? [images.front] : []),
          ...(images.piiAnalyzer ? [images.piiAnalyzer] : []),
          ...(images.piiAnonymizer ? [images.piiAnonymizer] : []),
          ...(images.application ? [images.application] : []),
        ].join(', '),
        images.because,
      ),
      ...rolloutRows(decisions),
      ...(budget ? explained('Budget', `USD ${usd(budget.monthlyUsd)} a month`, budget.because) : []),
    ],
  };
}

function entryText(entry: Decisions['entry']): string {
  if (entry.ingress === 'tunnel') return 'by tunnel, no open port';
  const scheme = entry.tls === 'none' ? 'http' : 'https';
  return `${entry.ingress} balancer${entry.domain ? `, ${scheme}://${entry.domain}` : ''}${entry.waf ? ', web firewall' : ''}${entry.jwt ? ', tokens checked' : ''}`;
}

function databaseText({
  postgres,
  majorVersion,
  serverless,
  instanceClass,
  storageGiB,
}: DatabaseDecision): string {
  if (postgres === 'embedded') return `Postgres ${majorVersion} on the machine`;
  if (serverless === undefined)
    return `managed Postgres ${majorVersion}, ${instanceClass}, ${storageGiB} GiB`;
  const { instances, minUnits, maxUnits } = serverless;
  return `serverless Postgres ${majorVersion}, ${plural(instances, 'instance')} of ${minUnits} to ${maxUnits} units`;
}

function cacheText(cache: Decisions['cache']): string {
  if (cache.valkey === 'none') return 'none';
  if (cache.valkey === 'embedded') return `Valkey on the machine, ${cache.memoryMiB} MiB`;
  return `managed Valkey, ${cache.nodes} x ${cache.nodeType}`;
}

/** Rejected machines that `plan` shows; `--json` has them all. */
const shownRejections = 6;

/** The runner-up, then the cheapest of the rest: "why not this cheaper one" is the question. */
function alternativesSections({ machine, fleets = [], batch }: Decisions): Section[] {
  if (machine !== undefined) return weighed('What else was weighed', machine);
  return [
    ...fleets.flatMap((fleet) =>
      weighed(`What else was weighed${fleets.length === 1 ? '' : ` for ${fleet.name}`}`, fleet),
    ),
    ...(batch?.own ? weighed('What else was weighed for files', batch.own.fleet) : []),
  ];
}

function weighed(
  title: string,
  { runnerUp, rejected }: { runnerUp?: RejectedMachine; rejected: readonly RejectedMachine[] },
): Section[] {
  const groups = byReason(rejected.filter((other) => !same(other, runnerUp)));
  const shown = groups.slice(0, shownRejections);
  if (runnerUp === undefined && shown.length === 0) return [];
  const rest = groups.slice(shownRejections).flat().length;
  return [
    {
      title,
      columns: ['machine', 'GPUs', 'USD/month', 'why not'],
      rows: [
        ...(runnerUp ? [rejectionRow([runnerUp], 'second: ')] : []),
        ...shown.map((group) => rejectionRow(group, '')),
      ],
      notes: [
        ...(shown.some((group) => group.length > 1)
          ? ['+1, +2, ...: so many dearer ones for the same reason.']
          : []),
        ...(rest > 0 ? [`${plural(rest, 'other')} in --json.`] : []),
      ],
    },
  ];
}

/** Machines that lost for the same reason, cheapest first; each machine once however the model was split on it. */
function byReason(rejected: readonly RejectedMachine[]): RejectedMachine[][] {
  const groups = new Map<string, RejectedMachine[]>();
  for (const other of [...rejected].sort(byPrice)) {
    const group = groups.get(other.because) ?? [];
    if (group.every(({ instanceType }) => instanceType !== other.instanceType)) {
      groups.set(other.because, [...group, other]);
    }
  }
  return [...groups.values()];
}

function byPrice(a: RejectedMachine, b: RejectedMachine): number {
  const [x, y] = [a.usdPerMonth ?? Number.MAX_VALUE, b.usdPerMonth ?? Number.MAX_VALUE];
  return x - y || (a.instanceType < b.instanceType ? -1 : 1);
}

function same(a: RejectedMachine, b: RejectedMachine | undefined): boolean {
  return (
    b !== undefined &&
    a.instanceType === b.instanceType &&
    a.tensorParallel === b.tensorParallel &&
    a.quantization === b.quantization
  );
}

function rejectionRow(group: readonly RejectedMachine[], prefix: string): string[] {
  const [cheapest, ...others] = group as [RejectedMachine, ...RejectedMachine[]];
  const form = cheapest.quantization === 'none' ? '' : ` ${cheapest.quantization}`;
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return [
    `${cheapest.instanceType}${form}${more}`,
    `${cheapest.gpuCount} x ${cheapest.gpu}`,
    cheapest.usdPerMonth === null ? '-' : usd(cheapest.usdPerMonth),
    `${prefix}${cheapest.because}`,
  ];
}

function warningSections({ warnings }: Plan): Section[] {
  if (warnings.length === 0) return [];
  return [{ title: 'Worth a look', rows: warnings.map(({ path, message }) => [path, message]) }];
}
