import type { Command } from 'commander';
import type { Terminal } from '../terminal';

/** What each file in this folder exports: its arguments and options, with the action that runs it. */
export interface CommandModule {
  configure(command: Command, terminal: Terminal): void;
}

interface Entry {
  summary: string;
  load(): Promise<CommandModule>;
}

/** All commands; only the one that was named is loaded, so that `plan` stays fast. */
export const commands: Record<string, Entry> = {
  init: { summary: 'write a first spec: asks, or takes flags', load: () => import('./init') },
  validate: { summary: 'check a spec and report every problem at once', load: () => import('./validate') },
  plan: { summary: 'choose the machine and explain every decision', load: () => import('./plan') },
  cost: { summary: 'the bill per month, line by line, with sources', load: () => import('./cost') },
  fit: { summary: 'does a model fit a GPU, and how fast is it there', load: () => import('./fit') },
  models: { summary: 'models of the catalogue', load: () => import('./models') },
  gpus: { summary: 'GPUs, and the machines that carry them', load: () => import('./gpus') },
  regions: { summary: 'regions, and which GPUs each one offers', load: () => import('./regions') },
  synth: { summary: 'write the template, the plan and the bill', load: () => import('./synth') },
  compose: {
    summary: 'write the same stack for docker on a machine of yours',
    load: () => import('./compose'),
  },
  import: { summary: 'fill the model bucket from this computer', load: () => import('./import') },
  keys: { summary: 'make, list and revoke API keys of a running gateway', load: () => import('./keys') },
};
