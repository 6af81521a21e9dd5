import { findGpu } from '../catalog/gpus';
import { type GpuMachine, gpuMachines } from '../catalog/machines';
import { type Issue, issuesError } from '../errors';
import type { Contender, Rejection, SizingRequest } from '../sizing/choose';
import {
  chooseShared,
  type SharedCandidate,
  type SharedChoice,
  type SharedContender,
  type SharedRequest,
} from '../sizing/share';
import type { Spec } from '../spec/types';
import { besideGateway } from './application';
import { workerNeeds } from './batch';
import { type CheaperForm, inFp8 } from './cheaper-form';
import type { Engine } from './engines';
import type { GatewayNeeds } from './gateway';
import type { MachineDecision, RejectedMachine } from './plan';

export const hoursPerMonth = 730;

export interface Choice {
  best: SharedCandidate;
  machine: MachineDecision;
  /** What would do where models of 16 bits were quantized to fp8 while they are loaded. */
  cheaper?: CheaperForm;
}

/** What runs on the machine beside the engines. */
function hostNeeds(spec: Spec, { vcpus, memoryGiB, because }: GatewayNeeds): SizingRequest['host'] {
  const beside = besideGateway(spec);
  const worker = spec.batch === undefined ? { vcpus: 0, memoryGiB: 0 } : workerNeeds;
  return {
    vcpus: vcpus + beside.vcpus + worker.vcpus,
    memoryGiB: memoryGiB + beside.memoryGiB + worker.memoryGiB,
    because: `${vcpus} vCPUs and ${memoryGiB} GiB for the gateway: ${because}`,
  };
}

/** The cheapest machine of the region that holds the load within the service level, or why there is none. */
export function chooseMachine(spec: Spec, engines: readonly Engine[], needs: GatewayNeeds): Choice {
  const region = spec.regions[0] as string;
  const purchase = spec.capacity.purchase === 'spot' ? 'spot' : 'on-demand';
  const offered = gpuMachines(spec.cloud, region);
  const host = hostNeeds(spec, needs);
  const requests = engines.map((engine) =>
    sizingRequest(engine, offered, { host, purchase, maxMachines: 1 }),
  );
  const result = chooseShared(requests);
  if (result.best === undefined) throw issuesError([noMachine(spec, engines, result.rejected)]);

  const { best, runnerUp } = result;
  const cheaper = inFp8(engines, requests, best.usdPerMonth);
  const { machine } = best;
  const quota = purchase === 'spot' ? machine.spotQuota : machine.quota;
  return {
    best,
    ...(cheaper && { cheaper }),
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
      rejected: result.rejected.map(({ kind: _, part: __, ...rejection }) => rejection),
      because: best.because,
    },
  };
}

/** What is asked of the machines of one engine. */
export function sizingRequest(
  engine: Engine,
  offered: readonly GpuMachine[],
  { host, purchase, maxMachines }: Pick<SizingRequest, 'host' | 'purchase' | 'maxMachines'>,
): SharedRequest {
  const { shape, load } = engine;
  const { model, quantization } = engine.variant;
  return {
    name: engine.name,
    model: shape,
    task: shape.task,
    quantizations: quantization === 'auto' ? ['none', 'fp8'] : [quantization],
    kvCacheDtype: model.kvCacheDtype,
    maxContext: engine.maxContext,
    tensorParallel: model.tensorParallel,
    prefixCaching: model.prefixCaching,
    adapters: model.adapters?.length ?? 0,
    machines: allowedMachines(offered, model),
    gpuOrder: model.gpu,
    instanceTypeOrder: model.instanceType,
    purchase,
    hoursPerMonth,
    load: {
      requestsPerSecond: load.peakRequestsPerSecond,
      inputTokens: load.inputTokens,
      outputTokens: load.outputTokens,
    },
    slo: engine.slo,
    maxMachines,
    host,
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

function lost({ parts, machine, usdPerMonth }: SharedContender, because: string): RejectedMachine {
  return lostFleet({ ...(parts[0] as Contender), machine, usdPerMonth }, because);
}

export function lostFleet(
  { machine, tensorParallel, quantization, usdPerMonth }: Contender,
  because: string,
): RejectedMachine {
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
export function noMachine(spec: Spec, engines: readonly Engine[], rejected: SharedChoice['rejected']): Issue {
  const region = spec.regions[0] as string;
  const nearest = (kind: Rejection['kind']) => rejected.filter((one) => one.kind === kind).at(-1);
  const engineOf = (rejection: { part?: number } | undefined) => engines[rejection?.part ?? 0] as Engine;
  const tooSmall = nearest('too-small');
  if (tooSmall) {
    const peak = engines.reduce((sum, { load }) => sum + load.peakRequestsPerSecond, 0);
    return {
      path: 'traffic',
      rule: 'single-server-load',
      message: `${peak.toFixed(1)} requests/s do not fit one machine in ${region} (${tooSmall.instanceType}: ${tooSmall.because}): lower the load, ${engines.length > 1 ? 'take fewer or smaller models, ' : ''}allow \`quantization: auto\`, or write \`architecture: scaled\``,
    };
  }
  const tooSlow = nearest('too-slow');
  if (tooSlow) {
    const { slo, variant, index } = engineOf(tooSlow);
    return {
      path: variant.model.traffic?.slo === undefined ? 'traffic.slo' : `models[${index}].traffic.slo`,
      rule: 'slo-not-reachable',
      message: `no machine in ${region} reaches ${slo.ttftMs} ms to the first token and ${slo.interTokenMs} ms between tokens (${tooSlow.instanceType}: ${tooSlow.because}): relax \`traffic.slo\` or take a smaller model`,
    };
  }
  const host = nearest('host');
  if (host && nearest('does-not-fit') === undefined) {
    return {
      path: 'traffic',
      rule: 'single-server-load',
      message: `no machine in ${region} that the spec allows has a host large enough (${host.instanceType}: ${host.because}): lower the load, allow another \`gpu\` or \`instanceType\`, or write \`architecture: scaled\``,
    };
  }
  const other = nearest('does-not-fit') ?? rejected.at(-1);
  const { shape, index } = engineOf(other);
  return {
    path: `models[${index}]`,
    rule: 'does-not-fit',
    message: other
      ? `${shape.id} fits no machine in ${region} that the spec allows (${other.instanceType}: ${other.because}): another \`gpu\`, less \`maxContext\`, \`quantization: fp8\`, or a smaller model`
      : `${region} offers none of the machines that \`gpu\` or \`instanceType\`${engines.length > 1 ? ' of all models' : ''} allow: see \`llm-constructs gpus --region ${region}\`${engines.length > 1 ? '; all models share one machine' : ''}`,
  };
}
