import { isUserError, UserError } from '../lib/errors';
import { synth } from '../lib/synth';
import { planFrom } from './commands/load-spec';
import { defectMessage } from './defect';

/** The app that cdk.json names: `SPEC=llm.yaml npx cdk synth`, or `npx cdk synth -c spec=llm.yaml`. */
async function main(): Promise<void> {
  // both variables are set by the cdk command line
  const context = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}') as { spec?: string };
  const spec = context.spec ?? process.env.SPEC;
  if (!spec) {
    throw new UserError('Which spec? Write SPEC=llm.yaml before the command, or -c spec=llm.yaml after it.');
  }
  const plan = await planFrom(spec, { interactive: false, err: () => {}, stdin: () => process.stdin });
  await synth(plan, process.env.CDK_OUTDIR ?? 'cdk.out');
}

main().catch((error: unknown) => {
  // by the name of the package: this file is not bundled, and its distance to package.json differs when built
  const { version } = require('llm-constructs/package.json') as { version: string };
  const mine = isUserError(error);
  process.stderr.write(mine ? `${error.message}\n` : defectMessage(error, version));
  process.exitCode = mine ? 1 : 2;
});
