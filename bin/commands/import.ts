import type { Command } from 'commander';
import { issuesError, UserError } from '../../lib/errors';
import type { Plan } from '../../lib/plan/plan';
import { importable } from '../../lib/runtime/import-bundle';
import { renderSections } from '../render';
import { type Imported, runImport } from '../run-import';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';
import { planFrom, takesSpec } from './load-spec';

interface Options {
  bucket?: string;
  from?: string;
  work: string;
  json?: boolean;
}

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command)
    .option('--bucket <name>', "the deployment's model bucket; otherwise modelStore.bucket of the spec")
    .option('--from <folder>', 'upload this folder instead of asking the hub')
    .option('--work <folder>', 'where downloads lie until they are uploaded', 'llm-import')
    .action((path: string, options: Options) => run(path, options, terminal));
  command.addHelpText(
    'after',
    `
Needs python3 and the aws command with credentials that may list, read, write
and delete below models/ in the bucket; without --from also the hub's client
(python3 -m pip install huggingface_hub), and HF_TOKEN for a gated model.
Interrupted, the same command goes on where it was. A machine that boots with
modelStore: {import: manual} waits for the result.`,
  );
  helpTail(
    command,
    [
      'llm-constructs import llm.yaml --bucket chat-prod-models',
      'llm-constructs import llm.yaml --bucket chat-prod-models --from ./Qwen3-8B',
    ],
    '[{"name", "source", "revision", "folder", "state"}]; state: imported, already there or imported by another',
  );
}

async function run(path: string, options: Options, terminal: Terminal): Promise<void> {
  const plan = await planFrom(path, terminal);
  refuseOthers(plan);
  const bucket = bucketOf(plan, options.bucket);
  const done = await runImport(plan, { ...options, bucket }, terminal);
  if (options.json) terminal.out(json(done));
  else terminal.out(renderSections([section(done)], terminal));
}

/** Nothing to import where every model is in a bucket of the user's or at a provider. */
function refuseOthers(plan: Plan): void {
  if (importable(plan).length > 0) return;
  throw issuesError([
    {
      path: 'models',
      rule: 'import',
      message: 'no model of this spec comes from the hub, so there is nothing to import',
    },
  ]);
}

function bucketOf(plan: Plan, given: string | undefined): string {
  const { identity, modelStore } = plan.decisions;
  const bucket = given ?? modelStore.bucket;
  if (bucket === undefined) {
    throw new UserError(
      `--bucket is needed: the spec names none, so the stack made one. This prints its name, as does the machine's log:\n  aws cloudformation describe-stack-resources --region ${identity.region} --stack-name ${identity.name} --query "StackResources[?ResourceType=='AWS::S3::Bucket'].[LogicalResourceId,PhysicalResourceId]" --output text`,
    );
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new UserError(`--bucket ${bucket} is no name of a bucket. Give the bare name, without s3://.`);
  }
  return bucket;
}

function section(done: readonly Imported[]) {
  return {
    columns: ['model', 'state', 'in the bucket'],
    rows: done.map(({ name, state, folder }) => [name, state, folder]),
  };
}
