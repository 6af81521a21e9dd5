import { isSingleServer } from '../plan/forms';
import type {
  BatchDecision,
  EngineForm,
  FleetDecision,
  FleetMachine,
  MachineDecision,
  ModelDecision,
  Plan,
  ScaledPlan,
  SingleServerPlan,
} from '../plan/plan';
import { type EngineService, engineServices, fleetMachinePort, servicesOn } from './layout';

/** What a machine is for: everything, the gateway, or the engines of one fleet. */
export type Role = 'server' | 'gateway' | 'fleet';

/** What one machine runs and for how long its steps may take: all files of its bundle are made from it. */
export interface Host {
  role: Role;
  plan: Plan;
  /** Runs LiteLLM. */
  gateway: boolean;
  engines: EngineService[];
  /** Models whose weights it holds. */
  models: ModelDecision[];
  machine: Pick<MachineDecision, 'memoryGiB' | 'localNvmeGiB'>;
  usdPerHour: { onDemand: number; spot: number | null };
  /** `mixed`: the machine itself knows. */
  purchase: FleetDecision['purchase'];
  /** Name of the fleet. */
  fleet?: string;
  /** Holds a worker that answers files: beside the gateway, or beside engines that have no other work. */
  worker: boolean;
  seconds: { load: number; bootGrace: number; drain: number };
}

/** LiteLLM's start until it answers, its migration not counted; it takes up to 60 s on a small machine. */
const gatewayLoadSeconds = 300;

export function serverHost(plan: SingleServerPlan): Host {
  const { machine, models, timeouts } = plan.decisions;
  return {
    role: 'server',
    plan,
    gateway: true,
    worker: sharesWithFiles(plan),
    engines: engineServices(plan),
    models,
    machine,
    usdPerHour: { onDemand: machine.usdPerHourOnDemand, spot: machine.usdPerHourSpot },
    purchase: machine.purchase,
    seconds: {
      load: timeouts.loadSeconds,
      bootGrace: timeouts.bootGraceSeconds,
      drain: timeouts.drainSeconds,
    },
  };
}

export function gatewayHost(plan: ScaledPlan): Host {
  const { gatewayGroup } = plan.decisions;
  return {
    role: 'gateway',
    plan,
    gateway: true,
    worker: sharesWithFiles(plan),
    engines: [],
    models: [],
    machine: { memoryGiB: gatewayGroup.memoryGiB, localNvmeGiB: 0 },
    usdPerHour: { onDemand: gatewayGroup.usdPerHourOnDemand, spot: null },
    purchase: 'on-demand',
    seconds: {
      load: gatewayLoadSeconds,
      bootGrace: gatewayGroup.bootGraceSeconds,
      drain: gatewayGroup.drainSeconds,
    },
  };
}

/** One of the types that a fleet may start, with the form of the engine there. */
export function fleetHost(plan: ScaledPlan, fleet: FleetDecision, machine: FleetMachine): Host {
  return engineHost(plan, fleet, fleetModel(plan, fleet), machine);
}

/** One of the types of the machines that answer files: an engine with a worker, as nobody else asks it. */
export function batchHost(plan: ScaledPlan, { fleet, model }: OwnMachines, machine: FleetMachine): Host {
  return { ...engineHost(plan, fleet, model, machine), worker: true };
}

type OwnMachines = NonNullable<BatchDecision['own']>;

/** Without machines of their own, files are answered beside the gateway. */
const sharesWithFiles = ({ decisions: { batch } }: Plan) => batch !== undefined && batch.own === undefined;

function engineHost(
  plan: ScaledPlan,
  fleet: FleetDecision | OwnMachines['fleet'],
  planned: ModelDecision,
  machine: FleetMachine,
): Host {
  const model = { ...planned, ...engineForm(machine) };
  const { usdPerHourOnDemand, usdPerHourSpot, memoryGiB, localNvmeGiB } = machine;
  return {
    role: 'fleet',
    plan,
    gateway: false,
    worker: false,
    engines: reachable(servicesOn(machine, [model])),
    models: [model],
    machine: { memoryGiB, localNvmeGiB: fleet.disk.weightsOn === 'root' ? 0 : localNvmeGiB },
    usdPerHour: { onDemand: usdPerHourOnDemand ?? usdPerHourSpot ?? 0, spot: usdPerHourSpot },
    purchase: fleet.purchase,
    fleet: fleet.name,
    seconds: { load: fleet.loadSeconds, bootGrace: fleet.bootGraceSeconds, drain: fleet.drainSeconds },
  };
}

/** `models[i]` runs on `fleets[i]`. */
function fleetModel({ decisions: { models, fleets } }: ScaledPlan, fleet: FleetDecision): ModelDecision {
  const model = models[fleets.findIndex(({ name }) => name === fleet.name)];
  if (model === undefined) throw new Error(`the plan has no fleet ${fleet.name}`);
  return model;
}

/** The engine's part of a machine type, without the machine's. */
function engineForm(machine: FleetMachine): EngineForm {
  const { copies, tensorParallel, quantization, dtype, expected } = machine;
  const { maxSequences, maxBatchedTokens, maxQueuedRequests, gpuMemoryUtilization } = machine;
  return {
    copies,
    tensorParallel,
    quantization,
    dtype,
    maxSequences,
    maxBatchedTokens,
    maxQueuedRequests,
    gpuMemoryUtilization,
    expected,
  };
}

/** A lone engine answers the balancer itself; several have nginx in front of them. */
function reachable(engines: EngineService[]): EngineService[] {
  const [engine, ...others] = engines;
  if (engine === undefined || others.length > 0) return engines;
  return [{ ...engine, hostPort: fleetMachinePort, listen: '0.0.0.0' }];
}

/** Machines that run a gateway at most. */
export function gatewayMachines(plan: Plan): number {
  return isSingleServer(plan) ? 1 : (plan as ScaledPlan).decisions.gatewayGroup.max;
}
