import type { Command } from 'commander';
import { type Gpu, gpus } from '../../lib/catalog/gpus';
import { type GpuMachine, gpuMachines } from '../../lib/catalog/machines';
import { UserError } from '../../lib/errors';
import type { Section } from '../../lib/report/section';
import { renderSections } from '../render';
import type { Terminal } from '../terminal';
import { contains, knownCloud, knownGpu, noneFound, placesOf } from './filter';
import { helpTail, json } from './help';

interface Options {
  cloud?: string;
  region?: string;
  gpu?: string;
  search?: string;
  json?: boolean;
}

export function configure(command: Command, terminal: Terminal): void {
  command
    .option('--region <region>', 'machines of this region instead of GPUs, with prices')
    .option('--cloud <cloud>', 'aws, azure or gcp; with --region')
    .option('--gpu <name>', 'only this GPU, such as L4')
    .option('--search <text>', 'only names that contain this text')
    .option('--json', 'print JSON instead of text')
    .action((options: Options) => {
      if (options.cloud !== undefined && options.region === undefined) {
        throw new UserError(
          '--cloud needs --region: prices differ by region. List them: llm-constructs regions',
        );
      }
      const rows = options.region === undefined ? gpuRows(options) : machineRows(options, options.region);
      if (options.json) terminal.out(json(rows));
      else if (rows.length === 0) terminal.out(noneFound('GPU', 'llm-constructs gpus'));
      else terminal.out(renderSections([sectionOf(rows)], terminal));
    });
  helpTail(
    command,
    ['llm-constructs gpus', 'llm-constructs gpus --cloud aws --region us-east-1 --gpu L4'],
    'the rows of the catalogue, each with source and asOf',
  );
}

function gpuRows({ gpu, search }: Options): readonly Gpu[] {
  const only = gpu === undefined ? undefined : knownGpu(gpu).name;
  return gpus().filter(({ name }) => (only === undefined || name === only) && contains(name, search));
}

function machineRows({ cloud, gpu, search }: Options, region: string): readonly GpuMachine[] {
  const only = gpu === undefined ? undefined : knownGpu(gpu).name;
  return placesOf(knownCloud(cloud), region)
    .flatMap((place) => gpuMachines(place.cloud, place.region))
    .filter((machine) => only === undefined || machine.gpu === only)
    .filter((machine) => contains(`${machine.gpu} ${machine.instanceType}`, search));
}

function sectionOf(rows: readonly (Gpu | GpuMachine)[]): Section {
  return rows.every((row): row is GpuMachine => 'instanceType' in row)
    ? machineSection(rows)
    : gpuSection(rows as readonly Gpu[]);
}

function gpuSection(rows: readonly Gpu[]): Section {
  return {
    columns: ['GPU', 'memory GiB', 'GB/s', 'bf16 TFLOPS', 'fp8 TFLOPS', 'NVLink'],
    rows: rows.map((gpu) => [
      gpu.name,
      String(gpu.memoryGiB),
      String(gpu.bandwidthGBps),
      String(gpu.bf16Tflops),
      gpu.fp8Tflops === null ? '-' : String(gpu.fp8Tflops),
      gpu.nvlink ? 'yes' : 'no',
    ]),
    notes: ['Machines and prices of a region: llm-constructs gpus --region us-east-1'],
  };
}

function machineSection(rows: readonly GpuMachine[]): Section {
  const usd = (amount: number | null) => (amount === null ? '-' : amount.toFixed(2));
  const dates = rows.map(({ asOf }) => asOf).sort();
  return {
    columns: ['machine', 'GPU', 'count', 'vCPU', 'GiB', 'USD/h', 'spot USD/h'],
    rows: [...rows]
      .sort((a, b) => (a.usdPerHourOnDemand ?? Infinity) - (b.usdPerHourOnDemand ?? Infinity))
      .map((machine) => [
        machine.instanceType,
        machine.gpu,
        String(machine.gpuCount),
        String(machine.vcpus),
        String(machine.memoryGiB),
        usd(machine.usdPerHourOnDemand),
        usd(machine.usdPerHourSpot),
      ]),
    notes: [`${rows.length} machines, prices of ${dates[0]} to ${dates.at(-1)}; -: no price with a source.`],
  };
}
