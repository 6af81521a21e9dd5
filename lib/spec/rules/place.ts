import { findGpu, gpus } from '../../catalog/gpus';
import { cpuMachines, type GpuMachine, gpuMachines } from '../../catalog/machines';
import { findRegion, nearestRegions, regions, regionsWith } from '../../catalog/regions';
import { unsupportedGpu, unsupportedMachine } from '../../catalog/support';
import { didYouMean } from '../suggest';
import type { Spec } from '../types';
import { code, either, shown } from '../words';
import { type Finding, finding, rule } from './rule';

type Place = Pick<Spec, 'cloud' | 'regions'>;

const clouds = ['aws', 'azure', 'gcp'] as const;

export const knownRegion = rule('known-region', ['cloud', 'regions'], ({ cloud, regions: wanted }) =>
  wanted.flatMap((region, index): Finding[] => {
    const at = ['regions', index];
    const known = findRegion(cloud, region);
    if (known === undefined) {
      const other = clouds.find((candidate) => candidate !== cloud && findRegion(candidate, region));
      if (other)
        return [
          finding(
            at,
            `${shown(region)} is a region of ${other}, not of ${cloud}: choose one of ${cloud}, see \`llm-constructs regions\``,
          ),
        ];
      const near = nearestRegions(cloud, region);
      const hint = near.length > 0 ? `did you mean ${either(code(near))}?` : 'see `llm-constructs regions`';
      return [finding(at, `${shown(region)} is not a region of ${cloud}: ${hint}`)];
    }
    if (gpuMachines(cloud, known).length > 0) return [];
    const near = regions(cloud).filter(
      (other) => other.startsWith(known.slice(0, 3)) && gpuMachines(cloud, other).length > 0,
    );
    const hint = near.length > 0 ? `nearby ${code(near).join(', ')} have some` : 'choose another region';
    return [finding(at, `the catalogue knows no GPU machine in \`${known}\`: ${hint}`)];
  }),
);

export const offersGpu = rule('offers-gpu', ['cloud', 'regions', 'models'], (spec) =>
  eachOf(spec, 'gpu', (name, region) => {
    const refused = unsupportedGpu(name);
    if (refused) return `${shown(name)}: ${refused.reason}`;
    const gpu = findGpu(name)?.name;
    if (gpu === undefined) {
      const names = gpus().flatMap((known) => [known.name, known.name.replace(/-\d+GB/, '')]);
      return `${shown(name)} is not in the catalogue.${didYouMean(name, names)} See \`llm-constructs gpus\``;
    }
    if (gpuMachines(spec.cloud, region).some((machine) => machine.gpu === gpu)) return undefined;
    const elsewhere = regionsWith(spec.cloud, gpu);
    return `\`${region}\` offers no ${gpu}: choose another GPU${elsewhere.length > 0 ? `, or a region that offers it: ${some(elsewhere)}` : ''}`;
  }),
);

export const gpuOrInstance = rule('gpu-or-instance', ['cloud', 'regions', 'models'], (spec) => [
  ...spec.models.flatMap(({ gpu, instanceType }, index) =>
    gpu && instanceType
      ? [
          finding(
            ['models', index, 'instanceType'],
            `\`gpu\` (${gpu.join(', ')}) and \`instanceType\` (${instanceType.join(', ')}) exclude each other: keep one`,
          ),
        ]
      : [],
  ),
  ...eachOf(spec, 'instanceType', (type, region) => {
    const offered = gpuMachines(spec.cloud, region);
    const machine = offered.find((one) => one.instanceType === type);
    const refused = unsupportedGpu(type) ?? (machine && unsupportedMachine(machine));
    if (refused) return `${shown(type)}: ${refused.reason}`;
    if (machine) return undefined;
    if (cpuMachines(spec.cloud, region).some((one) => one.instanceType === type)) {
      return `\`${type}\` has no GPU: choose a machine with one, see \`llm-constructs gpus --region ${region}\``;
    }
    const elsewhere = regions(spec.cloud).filter((other) => sells(spec, other, type));
    if (elsewhere.length > 0) {
      return `\`${type}\` is not sold in \`${region}\`: choose another type, or a region that sells it: ${some(elsewhere)}`;
    }
    const hint = didYouMean(
      type,
      offered.map((one) => one.instanceType),
    );
    return `${shown(type)} is no GPU machine that the catalogue knows in \`${region}\`.${hint} See \`llm-constructs gpus --region ${region}\``;
  }),
]);

export const parallelShape = rule('parallel-shape', ['cloud', 'regions', 'models'], (spec) => {
  const region = knownRegionOf(spec);
  return spec.models.flatMap(({ tensorParallel, gpu, instanceType }, index): Finding[] => {
    if (tensorParallel === undefined || region === undefined) return [];
    const offered = gpuMachines(spec.cloud, region).filter(
      (machine) =>
        instanceType?.includes(machine.instanceType) ||
        gpu?.some((name) => findGpu(name)?.name === machine.gpu),
    );
    const most = Math.max(0, ...offered.map((machine: GpuMachine) => machine.gpuCount));
    if (offered.length === 0 || most >= tensorParallel) return [];
    const what = instanceType
      ? instanceType.join(', ')
      : `a machine with ${gpu?.join(', ')} in \`${region}\``;
    return [
      finding(
        ['models', index, 'tensorParallel'],
        `got ${tensorParallel}, but ${what} has at most ${most} GPU${most === 1 ? '' : 's'}: write ${most === 1 ? '1' : `${most} or less`}, or allow a larger machine`,
      ),
    ];
  });
});

/** A finding for each entry of a list of GPUs or machine types that `wrong` has something to say about. */
function eachOf(
  spec: Place & Pick<Spec, 'models'>,
  field: 'gpu' | 'instanceType',
  wrong: (name: string, region: string) => string | undefined,
): Finding[] {
  const region = knownRegionOf(spec);
  if (region === undefined) return [];
  return spec.models.flatMap((model, index) =>
    (model[field] ?? []).flatMap((name, position) => {
      const message = wrong(name, region);
      return message === undefined ? [] : [finding(['models', index, field, position], message)];
    }),
  );
}

function knownRegionOf({ cloud, regions: [region] }: Place): string | undefined {
  const known = findRegion(cloud, region);
  return known !== undefined && gpuMachines(cloud, known).length > 0 ? known : undefined;
}

function sells(spec: Place, region: string, type: string): boolean {
  return gpuMachines(spec.cloud, region).some((machine) => machine.instanceType === type);
}

function some(names: readonly string[]): string {
  return `${code(names.slice(0, 6)).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}`;
}
