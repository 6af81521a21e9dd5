import type { GpuMachine } from '../catalog/machines';
import type { EngineRequest, EngineShape, SpeedAtLoad } from './candidate';
import type { Capacity } from './capacity';
import type { MemoryFit } from './memory';
import type { Quantization } from './shapes';

/** What a machine is looked for, and among which. */
export interface SizingRequest extends EngineRequest {
  /** Allowed, in order of preference; `none` is the checkpoint as it is. */
  quantizations: readonly Quantization[];
  /** Fixed by the user. */
  tensorParallel?: number;
  /** Offered in the region and allowed by the user. */
  machines: readonly GpuMachine[];
  /** The first GPU that fits and meets the service level is taken; price decides only within it. */
  gpuOrder?: readonly string[];
  instanceTypeOrder?: readonly string[];
  purchase: 'on-demand' | 'spot';
  hoursPerMonth: number;
  maxMachines: number;
  /** Needed by what runs beside the engines; the reason is told where a machine has too little. */
  host: { vcpus: number; memoryGiB: number; because?: string };
}

/** What fits, meets the service level and has a price: all that a comparison asks for. */
export interface Contender {
  machine: GpuMachine;
  machines: number;
  copiesPerMachine: number;
  tensorParallel: number;
  quantization: Quantization;
  usdPerMonth: number;
  shape: EngineShape;
  capacity: Capacity;
}

/** A contender with what it does at the stated load. */
export interface Candidate extends Omit<Contender, 'shape' | 'capacity'> {
  dtype: 'bfloat16' | 'float16';
  maxSequences: number;
  maxBatchedTokens: number;
  gpuMemoryUtilization: number;
  memory: MemoryFit;
  speed: SpeedAtLoad;
  because: string;
}

export interface Rejection {
  instanceType: string;
  gpu: string;
  gpuCount: number;
  tensorParallel: number;
  quantization: Quantization;
  usdPerMonth: number | null;
  /** `order`: works, but the user's list names another one first. */
  kind:
    | 'does-not-fit'
    | 'too-slow'
    | 'too-small'
    | 'host'
    | 'dearer'
    | 'order'
    | 'unsupported'
    | 'no-price'
    | 'shape';
  because: string;
}

export interface Choice {
  best?: Candidate;
  runnerUp?: { candidate: Contender; because: string };
  rejected: Rejection[];
}
