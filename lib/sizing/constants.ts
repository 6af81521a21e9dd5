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

export interface MemoryConstants {
  /** Loaded weights over file size: norms, rotary caches, alignment. */
  weightsFactor: number;
  /** Copies of a hidden state that the widest moment of a forward pass holds. */
  hiddenCopies: number;
  /** Copies of the MLP's intermediate (gate, up, product) at that moment. */
  mlpCopies: number;
  /** Bytes per sequence and vocabulary entry in the sampler's warm-up (logits in 16 and 32 bit, sort, indices). */
  samplerBytes: number;
  /** Context, cuBLAS and allocator slack on one GPU. */
  nonTorchGiB: number;
  /** NCCL buffers added by tensor parallelism, and more by each doubling of it. */
  ncclGiB: number;
  ncclPerDoublingGiB: number;
  /** CUDA graphs: a base and a share per layer and 256 sequences. */
  graphsBaseGiB: number;
  graphsPerLayerGiB: number;
  /** Kept free of what the prediction leaves, because a pool that is too small stops the engine at start. */
  safetyGiB: number;
}

export const memoryConstants: MemoryConstants = {
  weightsFactor: 1.002,
  hiddenCopies: 4,
  mlpCopies: 3,
  samplerBytes: 22,
  nonTorchGiB: 0.12,
  ncclGiB: 0.5,
  ncclPerDoublingGiB: 0.25,
  graphsBaseGiB: 0.15,
  graphsPerLayerGiB: 0.008,
  safetyGiB: 0.5,
};

/** GPU generations share kernels and therefore the fractions of peak that engines achieve. */
export type Generation = 'turing' | 'ampere' | 'ada' | 'hopper' | 'blackwell';

export function generationOf(computeCapability: number): Generation {
  if (computeCapability >= 10) return 'blackwell';
  if (computeCapability >= 9) return 'hopper';
  if (computeCapability >= 8.9) return 'ada';
  if (computeCapability >= 8) return 'ampere';
  return 'turing';
}

export interface SpeedConstants {
  /** Achieved share of nominal memory bandwidth. */
  bandwidthShare: Record<Generation, number>;
  /** Achieved share of dense peak, end to end. */
  computeShare: Record<Generation, number>;
  /** Microseconds per layer of a step that neither bytes nor flops explain. */
  layerMicroseconds: Record<Generation, number>;
  /** More per layer where experts are routed. */
  expertLayerMicroseconds: number;
  /** Milliseconds of scheduler and launch per step. */
  stepMilliseconds: number;
  /** Microseconds of CPU per running sequence and step: sampling, detokenising, streaming. */
  sequenceMicroseconds: number;
  /** Microseconds of one all-reduce without its bytes. */
  allReduceMicroseconds: { nvlink: number; pcie: number };
  /** GB/s that an all-reduce over PCIe achieves; NVLink: share of nominal. */
  pcieGBps: number;
  nvlinkShare: number;
  /** Achieved compute of weight-only 4-bit kernels over 16-bit ones. */
  int4ComputeShare: number;
  fp8ComputeShare: number;
  /** HTTP, template, tokeniser before the engine sees a request. */
  frontEndMilliseconds: number;
}

export const speedConstants: SpeedConstants = {
  bandwidthShare: { turing: 0.7, ampere: 0.8, ada: 0.85, hopper: 0.75, blackwell: 0.7 },
  computeShare: { turing: 0.35, ampere: 0.55, ada: 0.5, hopper: 0.45, blackwell: 0.4 },
  layerMicroseconds: { turing: 40, ampere: 20, ada: 18, hopper: 15, blackwell: 15 },
  expertLayerMicroseconds: 40,
  stepMilliseconds: 1,
  sequenceMicroseconds: 20,
  allReduceMicroseconds: { nvlink: 12, pcie: 35 },
  pcieGBps: 10,
  nvlinkShare: 0.5,
  int4ComputeShare: 0.75,
  fp8ComputeShare: 0.7,
  frontEndMilliseconds: 15,
};
