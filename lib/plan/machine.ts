import { findGpu } from '../catalog/gpus';
import { type GpuMachine, gpuMachines } from '../catalog/machines';
import type { Model } from '../catalog/models';
import { type Issue, issuesError } from '../errors';
import { type Candidate, type Contender, choose, type Rejection } from '../sizing/choose';
import type { Spec } from '../spec/types';
import type { Demand } from './load';
import type { MachineDecision, RejectedMachine } from './plan';

export const hoursPerMonth = 730;
/** LiteLLM with two workers 0.8 GB, Postgres, Valkey, Telegraf and the operating system: measured sizes rounded up. */
const besideTheEngine = { vcpus: 1, memoryGiB: 4 };

export interface Choice {
  best: Candidate;
  machine: MachineDecision;
}

/** The cheapest machine of the region that holds the load within the service level, or why there is none. */
export function chooseMachine(spec: Spec, model: Model, load: Demand, maxContext: number): Choice {
  const wanted = spec.models[0] as Spec['models'][number];
  const region = spec.regions[0] as string;
  const { purchase } = spec.capacity;
  const result = choose({
    model,
    task: model.task,
    quantizations: wanted.quantization === 'auto' ? ['none', 'fp8'] : [wanted.quantization],
    kvCacheDtype: wanted.kvCacheDtype,
    maxContext,
    tensorParallel: wanted.tensorParallel,
    prefixCaching: wanted.prefixCaching,
    machines: allowedMachines(gpuMachines(spec.cloud, region), wanted),
    gpuOrder: wanted.gpu,
    instanceTypeOrder: wanted.instanceType,
    purchase,
    hoursPerMonth,
    load: {
      requestsPerSecond: load.peakRequestsPerSecond,
      inputTokens: load.inputTokens,
      outputTokens: load.outputTokens,
    },
    slo: (spec.traffic as NonNullable<Spec['traffic']>).slo,
    maxMachines: 1,
    host: besideTheEngine,
  });
  if (result.best === undefined) throw issuesError([noMachine(spec, model, load, result.rejected)]);

  const { best, runnerUp } = result;
  const { machine } = best;
  const quota = purchase === 'spot' ? machine.spotQuota : machine.quota;
  return {
    best,
    machine: {
      instanceType: machine.instanceType,
      count: 1,
      gpu: machine.gpu,
      gpuCount: machine.gpuCount,
      vcpus: machine.vcpus,
      memoryGiB: machine.memoryGiB,
      localNvmeGiB: machine.localNvmeGiB ?? 0,
      purchase,
      usdPerHourOnDemand: machine.usdPerHourOnDemand as number,
      usdPerHourSpot: machine.usdPerHourSpot,
      hoursPerMonth,
      imageId: spec.images.machine,
      quota: quota ? { ...quota, vcpus: machine.vcpus } : undefined,
      runnerUp: runnerUp && lost(runnerUp.candidate, runnerUp.because),
      rejected: result.rejected.map(({ kind: _, ...rejection }) => rejection),
      because: best.because,
    },
  };
}

function allowedMachines(
  offered: readonly GpuMachine[],
  model: Spec['models'][number],
): readonly GpuMachine[] {
  if (model.instanceType !== undefined)
    return offered.filter((machine) => model.instanceType?.includes(machine.instanceType));
  if (model.gpu === undefined) return offered;
  const names = model.gpu.map((name) => findGpu(name)?.name);
  return offered.filter((machine) => names.includes(machine.gpu));
}

function lost(contender: Contender, because: string): RejectedMachine {
  const { machine, tensorParallel, quantization, usdPerMonth } = contender;
  return {
    instanceType: machine.instanceType,
    gpu: machine.gpu,
    gpuCount: machine.gpuCount,
    tensorParallel,
    quantization,
    usdPerMonth,
    because,
  };
}

/** One issue that says what was nearest, by the hardest limit that every candidate met. */
function noMachine(spec: Spec, model: Model, load: Demand, rejected: readonly Rejection[]): Issue {
  const region = spec.regions[0] as string;
  const nearest = (kind: Rejection['kind']) => rejected.filter((one) => one.kind === kind).at(-1);
  const tooSmall = nearest('too-small');
  if (tooSmall) {
    return {
      path: 'traffic',
      rule: 'single-server-load',
      message: `${load.peakRequestsPerSecond.toFixed(1)} requests/s do not fit one machine in ${region} (${tooSmall.instanceType}: ${tooSmall.because}): lower the load, allow \`quantization: auto\`, or wait for \`architecture: scaled\`, which is not built yet`,
    };
  }
  const tooSlow = nearest('too-slow');
  if (tooSlow) {
    const { ttftMs, interTokenMs } = (spec.traffic as NonNullable<Spec['traffic']>).slo;
    return {
      path: 'traffic.slo',
      rule: 'slo-not-reachable',
      message: `no machine in ${region} reaches ${ttftMs} ms to the first token and ${interTokenMs} ms between tokens (${tooSlow.instanceType}: ${tooSlow.because}): relax \`traffic.slo\` or take a smaller model`,
    };
  }
  const other = nearest('does-not-fit') ?? rejected.at(-1);
  return {
    path: 'models[0]',
    rule: 'does-not-fit',
    message: other
      ? `${model.id} fits no machine in ${region} that the spec allows (${other.instanceType}: ${other.because}): another \`gpu\`, less \`maxContext\`, \`quantization: fp8\`, or a smaller model`
      : `${region} offers none of the machines that \`gpu\` or \`instanceType\` allow: see \`llm-constructs gpus --region ${region}\``,
  };
}
