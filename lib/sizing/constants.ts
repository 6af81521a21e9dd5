/**
 * Every measured number of the sizing arithmetic, with its source. docs/sizing.md explains how each was found.
 * A change here must be followed by `node scripts/bench-sizing.mjs`.
 */

/** GiB that PyTorch sees (`torch.cuda.mem_get_info`), as engines print it at start or when out of memory. */
export const visibleGiB: Record<string, number> = {
  T4: 14.56,
  L4: 22.03,
  A10: 22.07,
  A10G: 22.06,
  L40S: 44.4,
  'A100-40GB': 39.39,
  'A100-80GB': 79.19,
  'A100-80GB-PCIe': 79.25,
  'H100-80GB': 79.18,
  'H100-NVL-94GB': 93.1,
  'H200-141GB': 139.8,
  B200: 178.35,
  'RTX-PRO-6000': 94.97,
};

/** Where no print is known: the driver's own share, as seen on the cards above (0.4 to 0.75 GiB). */
export const hiddenGiB = 0.7;

/** What changed in vLLM's own memory from one minor version to the next. */
export interface EngineEra {
  /** First minor version (0.x) of the era. */
  from: number;
  /** Bytes per sequence and vocabulary entry in the sampler's warm-up: logits in 16 and 32 bits, sort, indices. */
  samplerBytes: number;
  /** Context, cuBLAS and allocator slack on one GPU. */
  nonTorchGiB: number;
  /** Mean of starts with and without a compile cache; a cold one takes up to 0.9 more than a warm one. */
  compileGiB: number;
}

export interface MemoryConstants {
  /** Newest first. */
  eras: readonly EngineEra[];
  /** At least so many bytes in the sampler on Turing, which has none of the newer kernels. */
  turingSamplerBytes: number;
  /** GiB of a GPU's weights that the files do not show: rotary tables, alignment. */
  weightsExtraGiB: number;
  /** Copies of a hidden state that the widest moment of a dense forward pass holds. */
  hiddenCopies: number;
  /** Copies of the MLP's intermediate (gate, up, product) at that moment. */
  mlpCopies: number;
  /** NCCL and all-reduce buffers of a GPU in a tensor-parallel group, by its links. */
  groupGiB: { pcie: number; nvlinkAmpere: number; nvlinkHopper: number };
  /** CUDA graphs: a base and a share per layer, for all capture sizes up to 512. */
  graphsBaseGiB: number;
  graphsPerLayerGiB: number;
  /** Graphs of a tensor-parallel group hold its communication as well. */
  graphsGroupFactor: number;
  /** Outside the utilization a plan leaves so much and so many times the predicted graphs. */
  outsideGiB: number;
  outsideGraphs: number;
  /** The same for eight GPUs over PCIe: one start of a 70B on 8 L40S took 9.5 GiB, 3.5 times the prediction. */
  outsideGraphsWide: number;
  /** Images in the profiling run of a model that sees. */
  visionGiB: number;
  /**
   * A plan leaves so much free beyond the prediction, or this share of the GPU if more: a pool that is too
   * small for one request stops the engine at start, and a cold start has 0.9 GiB less than a warm one.
   */
  safetyGiB: number;
  safetyShare: number;
  /** More where the model sees: measured from 0.1 (Gemma 3) to 1.0 (Llava). */
  visionSafetyGiB: number;
}

/**
 * Fitted to the memory rows of test/sizing/measurements.csv: 45 start-up logs, 18 of them from the accuracy
 * report of the llm-d planner (2026; vLLM 0.15 to 0.19 on H100). docs/sizing.md, "Memory".
 */
export const memoryConstants: MemoryConstants = {
  eras: [
    { from: 25, samplerBytes: 6, nonTorchGiB: 0.25, compileGiB: 0.25 },
    { from: 18, samplerBytes: 15.4, nonTorchGiB: 0.25, compileGiB: 0 },
    { from: 17, samplerBytes: 15.4, nonTorchGiB: 0.13, compileGiB: 0 },
    { from: 13, samplerBytes: 39, nonTorchGiB: 0.13, compileGiB: 0 },
    { from: 0, samplerBytes: 28.7, nonTorchGiB: 0.1, compileGiB: 0 },
  ],
  turingSamplerBytes: 15.4,
  weightsExtraGiB: 0.03,
  hiddenCopies: 4.25,
  mlpCopies: 3,
  groupGiB: { pcie: 0.1, nvlinkAmpere: 0.75, nvlinkHopper: 1.85 },
  graphsBaseGiB: 0.15,
  graphsPerLayerGiB: 0.02,
  graphsGroupFactor: 1.6,
  outsideGiB: 0.75,
  outsideGraphs: 1.5,
  outsideGraphsWide: 3.5,
  visionGiB: 0.3,
  safetyGiB: 1,
  safetyShare: 0.015,
  visionSafetyGiB: 0.7,
};

/** GPUs that share kernels and therefore the fractions of peak that engines achieve. */
export type Generation = 'turing' | 'ga100' | 'ga10x' | 'ada' | 'hopper' | 'blackwell';

export function generationOf(computeCapability: number): Generation {
  if (computeCapability >= 10) return 'blackwell';
  if (computeCapability >= 9) return 'hopper';
  if (computeCapability >= 8.9) return 'ada';
  if (computeCapability >= 8.6) return 'ga10x';
  return computeCapability >= 8 ? 'ga100' : 'turing';
}

/** How much of a step an engine's own code takes. */
export type EngineSpeed = 'v0' | 'v1' | 'async';

export interface SpeedConstants {
  /** Achieved share of nominal memory bandwidth, weights. */
  bandwidthShare: Record<Generation, number>;
  /** Achieved share of dense peak, end to end. */
  computeShare: Record<Generation, number>;
  /** Reading weights and multiplying overlap in part: exponent of their p-norm (infinity: wholly). */
  overlap: number;
  /** Microseconds per layer of a step that neither bytes nor flops explain. */
  layerMicroseconds: Record<Generation, number>;
  /** More per layer where experts are routed. */
  expertLayerMicroseconds: number;
  /** Milliseconds of scheduler and launch per step. */
  stepMilliseconds: Record<EngineSpeed, number>;
  /** Microseconds per running sequence and step: sampling, detokenising, streaming. */
  sequenceMicroseconds: Record<EngineSpeed, number>;
  /** The same on Turing, whose attention kernels are the slow fallback. */
  turingSequenceMicroseconds: number;
  /** Achieved share of nominal bandwidth, KV cache. */
  cacheShare: number;
  /** Microseconds of one all-reduce without its bytes. */
  allReduceMicroseconds: { nvlink: number; pcie: number };
  /** GB/s that an all-reduce over PCIe achieves; NVLink: share of nominal. */
  pcieGBps: number;
  nvlinkShare: number;
  /** Achieved compute of weight-only kernels over 16-bit ones, and of FP8 units over their own peak. */
  weightOnlyShare: number;
  fp8Share: number;
  /** HTTP, template, tokeniser before the engine sees a request. */
  frontEndMilliseconds: number;
  /** Closed loops keep step, up to a point: most prompts of one step's size that a new one waits for. */
  waveLimit: number;
}

/**
 * Fitted to the throughput rows of test/sizing/measurements.csv (vLLM 0.4 to 0.31, SGLang 0.5) from datasheet
 * physics by `calibrate`, then rounded; Blackwell has few rows and stays near the start. docs/sizing.md, "Speed".
 */
export const speedConstants: SpeedConstants = {
  bandwidthShare: { turing: 0.62, ga100: 0.72, ga10x: 0.76, ada: 0.83, hopper: 0.85, blackwell: 0.81 },
  computeShare: { turing: 0.19, ga100: 0.67, ga10x: 0.26, ada: 0.5, hopper: 0.32, blackwell: 0.48 },
  overlap: 1.8,
  layerMicroseconds: { turing: 39, ga100: 24, ga10x: 25.5, ada: 22.5, hopper: 15, blackwell: 15 },
  expertLayerMicroseconds: 56,
  stepMilliseconds: { v0: 1.81, v1: 1.57, async: 0.53 },
  sequenceMicroseconds: { v0: 119, v1: 39.5, async: 21 },
  turingSequenceMicroseconds: 186,
  cacheShare: 0.45,
  allReduceMicroseconds: { nvlink: 14, pcie: 29.5 },
  pcieGBps: 13,
  nvlinkShare: 0.36,
  weightOnlyShare: 0.93,
  fp8Share: 0.65,
  frontEndMilliseconds: 7.6,
  waveLimit: 5,
};

/** Dense 16-bit TFLOPS where the table has the figure of another accumulator: the A10G is an A10 with more power. */
export const comparableTflops: Record<string, number> = { A10G: 125 };
