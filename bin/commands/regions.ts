import type { Command } from 'commander';
import { gpuMachines } from '../../lib/catalog/machines';
import { regions } from '../../lib/catalog/regions';
import { renderSections } from '../render';
import type { Terminal } from '../terminal';
import { type Cloud, clouds, contains, knownCloud, knownGpu, noneFound } from './filter';
import { helpTail, json } from './help';

interface Options {
  cloud?: string;
  gpu?: string;
  search?: string;
  json?: boolean;
}

interface Row {
  cloud: Cloud;
  region: string;
  gpus: string[];
}

export function configure(command: Command, terminal: Terminal): void {
  command
    .option('--cloud <cloud>', 'only aws, azure or gcp')
    .option('--gpu <name>', 'only regions that offer this GPU')
    .option('--search <text>', 'only names that contain this text')
    .option('--json', 'print JSON instead of text')
    .action((options: Options) => {
      const rows = rowsFor(options);
      if (options.json) terminal.out(json(rows));
      else if (rows.length === 0) terminal.out(noneFound('region', 'llm-constructs regions'));
      else terminal.out(renderSections([section(rows)], terminal));
    });
  helpTail(command, ['llm-constructs regions --cloud aws --gpu L4'], '[{"cloud", "region", "gpus": [name]}]');
}

function rowsFor({ cloud, gpu, search }: Options): Row[] {
  const only = knownCloud(cloud);
  const wanted = gpu === undefined ? undefined : knownGpu(gpu);
  return (only ? [only] : clouds)
    .flatMap((each) => regions(each).map((region) => ({ cloud: each, region, gpus: gpuNames(each, region) })))
    .filter((row) => wanted === undefined || row.gpus.includes(wanted.name))
    .filter((row) => contains(row.region, search));
}

function gpuNames(cloud: Cloud, region: string): string[] {
  return [...new Set(gpuMachines(cloud, region).map((machine) => machine.gpu))].sort();
}

function section(rows: readonly Row[]) {
  return {
    columns: ['cloud', 'region', 'GPUs'],
    rows: rows.map((row) => [row.cloud, row.region, row.gpus.join(', ') || 'none']),
    notes: [`${rows.length} regions`],
  };
}
