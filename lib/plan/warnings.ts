import { decimal } from '../decimal';
import type { Issue } from '../errors';
import { synthIssues } from '../spec/synth-rules';
import type { Spec } from '../spec/types';
import { allVariants } from '../spec/variants';
import { pathText } from '../spec/words';
import { vaultCommand } from './backup';
import type { CheaperForm } from './cheaper-form';
import { originOf } from './model-decision';
import type { ModelDecision, Plan, ScaledPlan, SecurityDecision, SingleServerPlan, Warning } from './plan';

type Warn = (path: string, rule: string, message: string) => void;

function collect(report: (warn: Warn) => void): Warning[] {
  const found: Warning[] = [];
  report((path, rule, message) => found.push({ path, rule, message }));
  return found;
}

/** What works on one machine but deserves a look. */
export function singleServerWarnings(plan: SingleServerPlan): Warning[] {
  const { machine, network, identity, security } = plan.decisions;
  return collect((warn) => {
    unattended(plan, warn);
    if (machine.imageId === undefined) newestImage(warn);
    if (network.existing === undefined && network.zones.length === 0) {
      warn(
        'network.zones',
        'hints',
        `the machine goes to the first zone that your account sees, and not every zone sells ${machine.instanceType}: ask \`${offeringsCommand(machine.instanceType, identity.region)}\` and write two zones of the region here, one of that answer first. A change after the first deployment means a new network and an empty data disk (docs/aws.md)`,
      );
    }
    ownKey(security, warn);
    copyVault(plan, warn);
    unknownPrices(plan, warn);
    unequalVersions(plan, warn);
  });
}

/** What works with fleets but deserves a look. */
export function scaledWarnings(plan: ScaledPlan): Warning[] {
  const { spec } = plan;
  const { fleets, models, network, identity, security } = plan.decisions;
  return collect((warn) => {
    unattended(plan, warn);
    if (fleets.length > 0 && spec.images.machine === undefined) newestImage(warn);
    if (fleets.length > 0 && network.existing === undefined && network.zones.length === 0) {
      const types = [...new Set(fleets.map(({ machines }) => machines[0]?.instanceType as string))];
      warn(
        'network.zones',
        'hints',
        `machines go to the first ${network.zoneCount} zones that your account sees, and not every zone sells ${types.join(', ')}: ask \`${offeringsCommand(types.join(','), identity.region)}\` and write zones of that answer here`,
      );
    }
    for (const [index, fleet] of fleets.entries()) {
      const at = spec.models.findIndex(({ name }) => name === fleet.model);
      const model = models[index] as ModelDecision;
      const most = Math.max(fleet.max, ...fleet.scaling.schedule.map(({ max }) => max));
      const peakMachines = fleet.machinesAtPeak;
      if (most < peakMachines) {
        warn(
          `models[${at}].replicas.max`,
          'hints',
          `${fleet.name} has at most ${most} machines, and the planned peak of ${model.load.peakRequestsPerSecond.toPrecision(3)} requests/s asks for ${peakMachines}: above it requests wait and then get status 503`,
        );
      }
    }
    nothingOnSpot(plan, warn);
    ownKey(security, warn);
    copyVault(plan, warn);
    unknownPrices(plan, warn);
    unequalVersions(plan, warn);
  });
}

/** A base that holds the whole fleet leaves nothing for spot, and its price is that of on demand. */
function nothingOnSpot({ spec, decisions }: ScaledPlan, warn: Warn): void {
  for (const { name, model, purchase, onDemandBase: base, max, scaling } of decisions.fleets) {
    const most = Math.max(max, ...scaling.schedule.map((window) => window.max));
    if (purchase !== 'mixed' || most === 0 || base < most) continue;
    const own = spec.models.find((one) => one.name === model)?.capacity?.onDemandBase !== undefined;
    warn(
      `${own ? `${pathOf(spec, model)}.` : ''}capacity.onDemandBase`,
      'hints',
      `${name} has ${most} ${most === 1 ? 'machine' : 'machines'} at most and a base of ${base} on demand, so none of them is spot: write a smaller base, or \`purchase: on-demand\``,
    );
  }
}

function unattended({ spec, decisions }: Plan, warn: Warn): void {
  if (spec.environment !== 'prod') return;
  if (decisions.monitoring.emails.length === 0) {
    warn(
      'monitoring.notify',
      'hints',
      'production without `monitoring.notify`: alarms and budget alerts reach nobody',
    );
  }
  for (const { path, revision, source } of hubSources(spec)) {
    if (revision === undefined) {
      warn(
        `${path}.revision`,
        'hints',
        `production without \`revision\`: the first import takes whatever \`main\` of ${source} is that day`,
      );
    }
  }
}

function newestImage(warn: Warn): void {
  warn(
    'images.machine',
    'hints',
    "the machine image is the vendor's newest at deploy time, so a redeploy may change it: write `images.machine` to pin it",
  );
}

function ownKey({ encryptionKey }: SecurityDecision, warn: Warn): void {
  if (encryptionKey === undefined) return;
  warn(
    'security.encryptionKey',
    'hints',
    'the policy of this key is yours and nothing here changes it: it needs the statements of docs/aws.md, or machines do not start and alarms are lost silently',
  );
}

/** The vault must outlive the deployment, and be there for the next one of this name: nobody here makes it. */
function copyVault({ spec, decisions: { backup, database } }: Plan, warn: Warn): void {
  if (backup?.copy === undefined) return;
  warn(
    'reliability.backupRegion',
    'hints',
    `the vault is not made by the deployment: run \`${vaultCommand(spec, backup.copy)}\` once. Without it the copies fail, which a mail tells where \`monitoring.notify\` is written${database.serverless ? '. AWS Backup must be opted in for Aurora, as it is unless somebody changed it (docs/aws.md)' : ''}`,
  );
}

function unknownPrices({ spec, decisions }: Plan, warn: Warn): void {
  for (const { name, usdPerMillionInputTokens, usdPerMillionOutputTokens } of decisions.managedModels) {
    if (usdPerMillionInputTokens !== null && usdPerMillionOutputTokens !== null) continue;
    warn(
      pathOf(spec, name),
      'hints',
      `the price of ${name} is not known, so requests to it count as free or too cheap: budgets of keys do not end there, and the bill lacks it. Limit it by \`rateLimit\`, and give its price with --prices for the bill`,
    );
  }
}

function unequalVersions({ spec, decisions }: Plan, warn: Warn): void {
  for (const { name, versions } of spec.models) {
    if (versions === undefined) continue;
    const usd = decisions.models.filter((one) => one.name === name).map((one) => one.usdPerMillionTokens);
    const [low, high] = [Math.min(...usd), Math.max(...usd)];
    // a tenth is noise
    if (high < 1.1 * low) continue;
    warn(
      `${pathOf(spec, name)}.versions`,
      'hints',
      `equal requests to ${name} are charged to keys at ${decimal(low, 2)} or ${decimal(high, 2)} USD per million tokens, by the version that answers: each version pays for its own GPUs`,
    );
  }
}

const pathOf = ({ models }: Spec, name: string) =>
  `models[${models.findIndex((model) => model.name === name)}]`;

/** A cheaper machine would do with fp8 weights. */
export function cheaperQuantization({ decisions, spec }: SingleServerPlan, cheaper: CheaperForm): Warning {
  const [first = 0] = cheaper.models;
  const names = cheaper.models.map((index) => spec.models[index]?.name).join(', ');
  const { machine } = decisions;
  const usd =
    machine.purchase === 'spot'
      ? (machine.usdPerHourSpot ?? machine.usdPerHourOnDemand)
      : machine.usdPerHourOnDemand;
  return {
    path: `models[${first}].quantization`,
    rule: 'hints',
    message: `${names} in 16 bits needs ${machine.instanceType} at ${decimal(usd * machine.hoursPerMonth, 0)} USD a month; with \`quantization: fp8\` ${cheaper.instanceType} at ${decimal(cheaper.usdPerMonth, 0)} USD would do: try whether its answers are good enough`,
  };
}

const offeringsCommand = (instanceType: string, region: string) =>
  `aws ec2 describe-instance-type-offerings --region ${region} --location-type availability-zone --filters Name=instance-type,Values=${instanceType} --query 'InstanceTypeOfferings[].Location' --output text`;

/** Everything that comes from the hub: models, versions, adapters. */
function hubSources({ models }: Spec): { path: string; source: string; revision?: string }[] {
  const adapters = models.flatMap((model, index) =>
    (model.adapters ?? []).map((adapter, at) => ({ ...adapter, path: `models[${index}].adapters[${at}]` })),
  );
  return [
    ...allVariants(models).map((variant) => ({ ...variant, path: pathText(variant.at) })),
    ...adapters,
  ].filter(({ source }) => originOf(source) === 'hub');
}

/** Problems that stop only templates, from `synth` and in an app alike: people plan and price before they own a domain or a token. */
export function deployIssues(plan: Plan): Issue[] {
  return [...synthIssues(plan.spec), ...tokenNeeded(plan)];
}

function tokenNeeded(plan: Plan): Issue[] {
  const paths = allVariants(plan.spec.models).map(({ at }) => pathText(at));
  return plan.decisions.models.flatMap((model, index) =>
    model.gated &&
    model.origin === 'hub' &&
    plan.decisions.modelStore.import === 'job' &&
    plan.decisions.modelStore.hubTokenSecret === undefined
      ? [
          {
            path: 'modelStore.hubTokenSecret',
            rule: 'gated-model',
            message: `${paths[index]} ${model.source} is gated: accept its terms on the hub, store a read token as a secret in ${plan.decisions.identity.region}, and write that secret's name in \`modelStore.hubTokenSecret\` (or upload the weights yourself: \`modelStore.import: manual\` and \`modelStore.bucket\`)`,
          },
        ]
      : [],
  );
}
