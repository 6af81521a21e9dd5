import { type Command, Option } from 'commander';
import { type Model, models } from '../../lib/catalog/models';
import { renderSections } from '../render';
import type { Terminal } from '../terminal';
import { contains, noneFound } from './filter';
import { helpTail, json } from './help';

const tasks = ['chat', 'completion', 'embedding'];

interface Options {
  search?: string;
  task?: string;
  json?: boolean;
}

export function configure(command: Command, terminal: Terminal): void {
  command
    .option('--search <text>', 'only ids that contain this text')
    .addOption(new Option('--task <task>', 'only models of this task').choices(tasks))
    .option('--json', 'print JSON instead of text')
    .action((options: Options) => {
      const found = models()
        .filter((model) => contains(model.id, options.search))
        .filter((model) => options.task === undefined || model.task === options.task);
      if (options.json) terminal.out(json(found));
      else if (found.length === 0) terminal.out(noneFound('model', 'llm-constructs models'));
      else terminal.out(renderSections([section(found)], terminal));
    });
  helpTail(
    command,
    ['llm-constructs models --search qwen'],
    'the rows of the catalogue, each with source and asOf',
  );
}

function section(found: readonly Model[]) {
  return {
    columns: ['model', 'task', 'params', 'weights', 'context', 'gated'],
    rows: found.map((model) => [
      model.id,
      model.task,
      model.activeParametersBillion < model.parametersBillion
        ? `${model.parametersBillion}B (${model.activeParametersBillion}B active)`
        : `${model.parametersBillion}B`,
      `${model.weightsGiB.toFixed(1)} GiB`,
      `${Math.round(model.maxContext / 1024)}k`,
      model.gated ? 'yes' : '',
    ]),
    notes: [
      `${found.length} models. One that is not here: give \`baseModel\` or \`geometry\` in the spec.`,
      'gated: its terms are accepted on the hub, and the spec names a secret with a token.',
    ],
  };
}
