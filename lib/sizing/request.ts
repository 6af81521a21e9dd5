import type { GpuMachine } from '../catalog/machines';
import type { EngineRequest, SpeedAtLoad } from './candidate';
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
  /** Needed by what runs beside the engines. */
  host: { vcpus: number; memoryGiB: number };
}

export interface Candidate {
  machine: GpuMachine;
  machines: number;
  copiesPerMachine: number;
  tensorParallel: number;
  quantization: Quantization;
  dtype: 'bfloat16' | 'float16';
  maxSequences: number;
  maxBatchedTokens: number;
  gpuMemoryUtilization: number;
  memory: MemoryFit;
  speed: SpeedAtLoad;
  usdPerMonth: number;
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
  runnerUp?: { candidate: Candidate; because: string };
  rejected: Rejection[];
}
