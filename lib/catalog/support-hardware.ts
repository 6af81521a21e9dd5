/** Accelerators and machines that are refused, what people call them, and the types of machine that have them. */
export interface RefusedHardware {
  id: string;
  title: string;
  /** Names as people write them, without spaces and dashes; a `*` at the end stands for any ending. */
  names: readonly string[];
  /** Beginnings of machine type names. */
  machines: readonly string[];
  reason: string;
}

export const refusedHardware: readonly RefusedHardware[] = [
  {
    id: 'amd-gpus',
    title: 'AMD GPUs (MI300X and others)',
    names: ['mi300*', 'mi325*', 'mi350*', 'mi355*', 'amd*', 'radeon*'],
    machines: ['Standard_ND96isr_MI300X', 'g4ad.'],
    reason:
      'the pinned engine image is built for NVIDIA CUDA, and speed on AMD is not modelled: choose an NVIDIA GPU',
  },
  {
    id: 'aws-inferentia',
    title: 'AWS Inferentia',
    names: ['inferentia*', 'inf1', 'inf2'],
    machines: ['inf1.', 'inf2.'],
    reason: 'Inferentia runs models compiled for Neuron, not the pinned engine image: choose an NVIDIA GPU',
  },
  {
    id: 'aws-trainium',
    title: 'AWS Trainium',
    names: ['trainium*', 'trn1', 'trn1n', 'trn2', 'trn3'],
    machines: ['trn1.', 'trn1n.', 'trn2.', 'trn2u.', 'trn3.'],
    reason: 'Trainium runs models compiled for Neuron, not the pinned engine image: choose an NVIDIA GPU',
  },
  {
    id: 'google-tpus',
    title: 'Google TPUs',
    names: ['tpu*', 'v5litepod*', 'v5e', 'v5p', 'v6e', 'trillium', 'ironwood'],
    machines: ['ct4p-', 'ct5l-', 'ct5lp-', 'ct5p-', 'ct6e-', 'tpu7x-'],
    reason:
      'TPUs need another engine build and other machine images, and their speed is not modelled: choose an NVIDIA GPU',
  },
  {
    id: 'old-gpus',
    title: 'NVIDIA GPUs before Turing (V100, P100, P4, M60, K80)',
    names: ['v100*', 'p100*', 'p40', 'p4', 'm60', 'k80', 'k520'],
    machines: ['p2.', 'p3.', 'p3dn.', 'g3.', 'g3s.'],
    reason:
      'CUDA 13, which the pinned engine image is built with, has no support for GPUs before Turing: choose T4 or newer',
  },
  {
    id: 'arm-hosts',
    title: 'machines with ARM processors (G5g, GH200, GB200)',
    names: ['gh200*', 'gb200*', 'gb300*', 't4g'],
    machines: ['g5g.', 'p6e-gb200.', 'Standard_ND128isr_NDR_GB200', 'Standard_ND128isr_GB300', 'a4x-'],
    reason: 'gateway, engine and machine images are those for x86 processors: choose a GPU on an x86 machine',
  },
  {
    id: 'fractional-gpus',
    title: 'machines with a part of a GPU (Azure NVadsA10 v5, AWS G6f)',
    names: [],
    machines: [
      'g6f.',
      'gr6f.',
      'Standard_NV6ads_A10_v5',
      'Standard_NV12ads_A10_v5',
      'Standard_NV18ads_A10_v5',
    ],
    reason: 'the speed of a part of a GPU is not modelled, and its memory is small: choose a whole GPU',
  },
];
