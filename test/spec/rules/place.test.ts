import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const model = (fields: object) => ({ models: [{ source: 'Qwen/Qwen3-8B', ...fields }] });

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'a misspelled region',
    { region: 'us-esat-1' },
    ['region: "us-esat-1" is not a region of aws: did you mean `us-east-1` or `us-west-1`? [known-region]'],
  ],
  [
    'a region that is like none',
    { region: 'atlantis-on-the-sea' },
    ['region: "atlantis-on-the-sea" is not a region of aws: see `llm-constructs regions` [known-region]'],
  ],
  [
    'region and regions',
    { regions: ['us-east-1'] },
    ['region: `region` and `regions` say the same: keep one [one-region-field]'],
  ],
  [
    'no region',
    { region: undefined },
    ['region: is missing: write where it runs, such as `region: us-east-1` [one-region-field]'],
  ],
  [
    'an empty region',
    { region: null },
    ['region: is missing: write where it runs, such as `region: us-east-1` [one-region-field]'],
  ],
  [
    'several regions',
    { region: undefined, regions: ['us-east-1', 'us-west-2'] },
    ['regions: got 2: several regions are not built yet: write one region [not-built-yet]'],
  ],
  [
    'a region of another cloud',
    { region: 'europe-west4' },
    [
      'region: "europe-west4" is a region of gcp, not of aws: choose one of aws, see `llm-constructs regions` [known-region]',
    ],
  ],
  ['a region known by name', { region: 'Frankfurt' }, []],
  [
    'a misspelled GPU',
    model({ gpu: 'H10O' }),
    [
      'models[0].gpu: "H10O" is not in the catalogue. Did you mean `H100`? See `llm-constructs gpus` [offers-gpu]',
    ],
  ],
  [
    'a GPU without CUDA, after one that works',
    model({ gpu: ['L40S', 'MI300X'] }),
    [
      'models[0].gpu[1]: "MI300X": the pinned engine image is built for NVIDIA CUDA, and speed on AMD is not modelled: choose an NVIDIA GPU [offers-gpu]',
    ],
  ],
  [
    'a GPU that the region does not sell',
    { ...model({ gpu: 'H100' }), region: 'eu-west-3' },
    [
      'models[0].gpu: `eu-west-3` offers no H100-80GB: choose another GPU, or a region that offers it: `ap-northeast-1`, `ap-northeast-2`, `ap-south-1`, `ap-southeast-2`, `ap-southeast-3`, `ca-central-1` and 8 more [offers-gpu]',
    ],
  ],
  [
    'a GPU of ARM machines',
    model({ gpu: 'T4G' }),
    [
      'models[0].gpu: "T4G": gateway, engine and machine images are those for x86 processors: choose a GPU on an x86 machine [offers-gpu]',
    ],
  ],
  [
    'GPU and machine type at once',
    model({ gpu: 'L4', instanceType: 'g6.xlarge' }),
    [
      'models[0].instanceType: `gpu` (L4) and `instanceType` (g6.xlarge) exclude each other: keep one [gpu-or-instance]',
    ],
  ],
  [
    'a machine without GPU',
    model({ instanceType: 'm7i.large' }),
    [
      'models[0].instanceType: `m7i.large` has no GPU: choose a machine with one, see `llm-constructs gpus --region us-east-1` [gpu-or-instance]',
    ],
  ],
  [
    'a machine of other regions',
    { ...model({ instanceType: 'p5.48xlarge' }), region: 'eu-central-1' },
    [
      'models[0].instanceType: `p5.48xlarge` is not sold in `eu-central-1`: choose another type, or a region that sells it: `ap-northeast-1`, `ap-northeast-2`, `ap-south-1`, `ap-southeast-2`, `ap-southeast-3`, `ca-central-1` and 8 more [gpu-or-instance]',
    ],
  ],
  [
    'a misspelled machine',
    model({ instanceType: 'g6.xlrge' }),
    [
      'models[0].instanceType: "g6.xlrge" is no GPU machine that the catalogue knows in `us-east-1`. Did you mean `g6.xlarge`? See `llm-constructs gpus --region us-east-1` [gpu-or-instance]',
    ],
  ],
  [
    'a machine with ARM processors',
    model({ instanceType: 'g5g.xlarge' }),
    [
      'models[0].instanceType: "g5g.xlarge": gateway, engine and machine images are those for x86 processors: choose a GPU on an x86 machine [gpu-or-instance]',
    ],
  ],
  [
    'a machine without NVIDIA GPU',
    model({ instanceType: 'inf2.xlarge' }),
    [
      'models[0].instanceType: "inf2.xlarge": Inferentia runs models compiled for Neuron, not the pinned engine image: choose an NVIDIA GPU [gpu-or-instance]',
    ],
  ],
  [
    'more GPUs than the machine has',
    model({ instanceType: 'g6.xlarge', tensorParallel: 4 }),
    [
      'models[0].tensorParallel: got 4, but g6.xlarge has at most 1 GPU: write 1, or allow a larger machine [parallel-shape]',
    ],
  ],
  [
    'more GPUs than any machine with that GPU has',
    { ...model({ gpu: 'L4', tensorParallel: 16 }), region: 'us-east-1' },
    [
      'models[0].tensorParallel: got 16, but a machine with L4 in `us-east-1` has at most 8 GPUs: write 8 or less, or allow a larger machine [parallel-shape]',
    ],
  ],
  ['as many GPUs as the machine has', model({ instanceType: 'g6.12xlarge', tensorParallel: 4 }), []],
];

describe('rules about place and machines', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
