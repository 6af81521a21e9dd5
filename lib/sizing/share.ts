import type { GpuMachine } from '../catalog/machines';
import { engineHost, usdPerHour } from './candidate';
import { choose, compare, lost, splits } from './choose';
import type { Candidate, Choice, Contender, Rejection, SizingRequest } from './request';
import { candidate, figure, type Rejected, type Search, supportedGpu, weigh } from './weigh';

/** A machine that would do for all models: `parts` in the order of the requests. */
export interface SharedContender {
  machine: GpuMachine;
  parts: Contender[];
  usdPerMonth: number;
  because: string;
}

/** The one taken, with what each part does at its load. */
export interface SharedCandidate extends Omit<SharedContender, 'parts'> {
  parts: Candidate[];
}

export interface SharedChoice {
  best?: SharedCandidate;
  runnerUp?: { candidate: SharedContender; because: string };
  rejected: (Rejection & { part?: number })[];
}

/** Names the engines in reasons. */
export type SharedRequest = SizingRequest & { name: string };

/**
 * The cheapest machine that holds every model within its service level, each on GPUs of its own.
 *
 * For each machine type and model the fewest engines in every form (tensor parallelism, quantization) that
 * hold its load; the machine will do where one form of each fits its GPUs and its host. GPUs that are left stay
 * idle. One model has the whole machine, as `choose` gives it.
 */
export function chooseShared(requests: readonly SharedRequest[]): SharedChoice {
  const [first] = requests;
  if (first === undefined) throw new Error('no model asks for a machine');
  if (requests.length === 1) return alone(choose(first));
  const searches = requests.map((request): Search => ({ request, shapes: new Map() }));
  const found: SharedContender[] = [];
  const rejected: (Rejected & { part?: number })[] = [];
  for (const machine of offeredToAll(requests)) {
    const outcome = onOneMachine(searches, requests, machine);
    if ('rejection' in outcome) rejected.push(outcome);
    else found.push(outcome);
  }
  found.sort((a, b) => compareShared(requests, a, b));
  rejected.sort((a, b) => b.shortfall - a.shortfall || 0);
  const reasons = rejected.map(({ rejection, part }) => ({
    ...rejection,
    ...(part !== undefined && { part }),
  }));
  const [best, ...others] = found;
  if (best === undefined) return { rejected: reasons };
  const lostTo = (other: SharedContender) => lost(first, whole(other), whole(best));
  const [second] = others;
  return {
    best: {
      ...best,
      parts: best.parts.map((part, index) => candidate(requests[index] as SharedRequest, part)),
    },
    ...(second && { runnerUp: { candidate: second, because: lostTo(second).because } }),
    rejected: [...reasons, ...others.map(lostTo)],
  };
}

function alone({ best, runnerUp, rejected }: Choice): SharedChoice {
  const shared = <Part extends Candidate | Contender>(part: Part, because: string) => ({
    machine: part.machine,
    parts: [part],
    usdPerMonth: part.usdPerMonth,
    because,
  });
  return {
    ...(best && { best: shared(best, best.because) }),
    ...(runnerUp && {
      runnerUp: { candidate: shared(runnerUp.candidate, runnerUp.because), because: runnerUp.because },
    }),
    rejected,
  };
}

/** A machine must be among those that every model allows. */
function offeredToAll([first, ...others]: readonly SharedRequest[]): GpuMachine[] {
  const types = others.map(({ machines }) => new Set(machines.map(({ instanceType }) => instanceType)));
  return (first?.machines ?? []).filter(({ instanceType }) => types.every((all) => all.has(instanceType)));
}

function onOneMachine(
  searches: readonly Search[],
  requests: readonly SharedRequest[],
  machine: GpuMachine,
): SharedContender | (Rejected & { part?: number }) {
  const forms: Contender[][] = [];
  for (const [part, search] of searches.entries()) {
    const { candidates, nearest } = formsOn(search, machine);
    if (candidates.length === 0 && nearest) {
      const { rejection, shortfall } = nearest;
      const because = `${requests[part]?.name}: ${rejection.because}`;
      return { shortfall, part, rejection: { ...rejection, gpuCount: machine.gpuCount, because } };
    }
    forms.push(candidates);
  }
  const { host } = requests[0] as SharedRequest;
  const parts = fitting(forms, machine, host);
  if (parts === undefined) return together(forms, requests, machine, host);
  const usd = usdPerHour(machine, requests[0]?.purchase ?? 'on-demand') as number;
  const used = sum(parts.map(gpusOf));
  const idle = machine.gpuCount - used;
  return {
    machine,
    parts: parts.map((part) => ({ ...part, machine })),
    usdPerMonth: usd * (requests[0]?.hoursPerMonth as number),
    because: `${shares(parts, requests)} of its ${machine.gpuCount}${idle === 0 ? '' : `; ${idle} ${idle === 1 ? 'stays' : 'stay'} idle`}: the fewest on which each holds its load within its service level`,
  };
}

/** A model's forms on GPUs of this machine, fewest GPUs first; else the reason that was nearest. */
function formsOn(search: Search, machine: GpuMachine): { candidates: Contender[]; nearest?: Rejected } {
  const { request } = search;
  const gpu = supportedGpu(machine);
  const open: Search = { ...search, request: { ...request, maxMachines: Number.POSITIVE_INFINITY } };
  const candidates: Contender[] = [];
  const failed: Rejected[] = [];
  for (const tensorParallel of splits(request, machine)) {
    for (const quantization of request.quantizations) {
      const gpus = (count: number) => ({ ...machine, gpuCount: count });
      const enough = tensorParallel <= machine.gpuCount;
      const one = weigh(open, enough ? gpus(tensorParallel) : machine, gpu, tensorParallel, quantization);
      if ('rejection' in one) {
        failed.push(one);
        continue;
      }
      const needed = one.machines * tensorParallel;
      const outcome =
        needed > machine.gpuCount
          ? tooManyGpus(search, machine, one, needed)
          : weigh(open, gpus(needed), gpu, tensorParallel, quantization);
      if ('rejection' in outcome) failed.push(outcome);
      else candidates.push(outcome);
    }
  }
  candidates.sort((a, b) => gpusOf(a) - gpusOf(b) || compare(request, a, b));
  failed.sort((a, b) => b.shortfall - a.shortfall || 0);
  const nearest = failed.at(-1);
  return { candidates, ...(nearest && { nearest }) };
}

/** One form of each model that fit the machine together: the first in order, fewest GPUs of the first model. */
function fitting(
  forms: readonly Contender[][],
  machine: GpuMachine,
  host: SizingRequest['host'],
): Contender[] | undefined {
  const [mine, ...others] = forms;
  if (mine === undefined) return [];
  const least = sum(others.map((candidates) => Math.min(...candidates.map(gpusOf))));
  for (const candidate of mine) {
    if (gpusOf(candidate) + least > machine.gpuCount) return undefined;
    const taken = hostOf(candidate);
    const left = { ...host, vcpus: host.vcpus + taken.vcpus, memoryGiB: host.memoryGiB + taken.memoryGiB };
    if (left.vcpus > machine.vcpus || left.memoryGiB > machine.memoryGiB) continue;
    const rest = fitting(others, { ...machine, gpuCount: machine.gpuCount - gpusOf(candidate) }, left);
    if (rest) return [candidate, ...rest];
  }
  return undefined;
}

/** Each model fits the machine, and all of them do not: by GPUs, else by what the engines take of the host. */
function together(
  forms: readonly Contender[][],
  requests: readonly SharedRequest[],
  machine: GpuMachine,
  host: SizingRequest['host'],
): Rejected {
  const fewest = forms.map(([form]) => form as Contender);
  const needed = sum(fewest.map(gpusOf));
  const taken = fewest.map(hostOf);
  const [vcpus, memoryGiB] = [
    host.vcpus + sum(taken.map((one) => one.vcpus)),
    host.memoryGiB + sum(taken.map((one) => one.memoryGiB)),
  ];
  const [first] = fewest as [Contender];
  const gpus = needed > machine.gpuCount;
  return {
    shortfall: gpus
      ? needed / machine.gpuCount
      : Math.max(vcpus / machine.vcpus, memoryGiB / machine.memoryGiB),
    rejection: {
      instanceType: machine.instanceType,
      gpu: machine.gpu,
      gpuCount: machine.gpuCount,
      tensorParallel: first.tensorParallel,
      quantization: first.quantization,
      usdPerMonth: first.usdPerMonth,
      kind: gpus ? 'too-small' : 'host',
      because: gpus
        ? `needs ${shares(fewest, requests)}, since no two models share a GPU; has ${machine.gpuCount}`
        : `needs ${vcpus} vCPUs and ${memoryGiB} GiB of host memory for all engines; has ${machine.vcpus} and ${machine.memoryGiB}`,
    },
  };
}

function tooManyGpus({ request }: Search, machine: GpuMachine, form: Contender, needed: number): Rejected {
  return {
    shortfall: needed / machine.gpuCount,
    rejection: {
      instanceType: machine.instanceType,
      gpu: machine.gpu,
      gpuCount: machine.gpuCount,
      tensorParallel: form.tensorParallel,
      quantization: form.quantization,
      usdPerMonth: form.usdPerMonth / form.machines,
      kind: 'too-small',
      because: `needs ${needed} GPUs for ${figure(request.load.requestsPerSecond)} requests/s; has ${machine.gpuCount}`,
    },
  };
}

function shares(parts: readonly Contender[], requests: readonly SharedRequest[]): string {
  return parts
    .map((part, index) => `${gpusOf(part)} GPU${gpusOf(part) === 1 ? '' : 's'} for ${requests[index]?.name}`)
    .join(', ');
}

/** The user's lists in the order of the models, then as for one model. */
function compareShared(requests: readonly SharedRequest[], a: SharedContender, b: SharedContender): number {
  for (const request of requests) {
    const byOrder = compare(request, whole(a), whole(b), true);
    if (byOrder !== 0) return byOrder;
  }
  return compare(requests[0] as SharedRequest, whole(a), whole(b));
}

/** Seen as one candidate, for comparison by price and name. */
function whole({ machine, parts, usdPerMonth }: SharedContender): Contender {
  return { ...(parts[0] as Contender), machine, usdPerMonth };
}

export function gpusOf({
  copiesPerMachine,
  tensorParallel,
}: Pick<Contender, 'copiesPerMachine' | 'tensorParallel'>): number {
  return copiesPerMachine * tensorParallel;
}

function hostOf({ copiesPerMachine, tensorParallel }: Contender): { vcpus: number; memoryGiB: number } {
  const engine = engineHost(tensorParallel);
  return { vcpus: copiesPerMachine * engine.vcpus, memoryGiB: copiesPerMachine * engine.memoryGiB };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
