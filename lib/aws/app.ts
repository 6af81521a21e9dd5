import './require-peers';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import type { Plan } from '../plan/plan';
import { refuseFindings } from './findings';
import { DeploymentStack } from './stack';

export interface AwsAppOptions {
  /**
   * Folder of the cloud assembly.
   *
   * @default - the folder that the cdk command gives, `cdk.out`
   */
  outdir?: string;
}

/**
 * The CDK app of a plan; `cdk` synthesizes it by itself, others call `synth()`.
 *
 * Context that the cdk command line sets is fixed here, so that both ways write the same assembly.
 */
export function awsApp(plan: Plan, options: AwsAppOptions = {}): App {
  return planApp(plan, options, {});
}

function planApp(plan: Plan, options: AwsAppOptions, context: Record<string, boolean>): App {
  const app = new App({
    ...options,
    analyticsReporting: false,
    postCliContext: {
      ...recommendedFlags,
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:disable-stack-trace': true,
      'aws:cdk:disable-creation-stack-traces': true,
      ...context,
    },
  });
  new DeploymentStack(app, plan);
  forgetSourcePlaces(app);
  return app;
}

/** Acknowledgements carry the stack trace of their call: paths of this machine that would make outputs differ. */
function forgetSourcePlaces(app: App): void {
  for (const construct of app.node.findAll()) {
    for (const entry of construct.node.metadata) Object.assign(entry, { trace: undefined });
  }
}

/** CDK's own error names a report in a folder that is gone by then; `refuseFindings` throws a better one. */
const failsBySelf = '@aws-cdk/core:failSynthOnValidationErrors';

/**
 * Writes the cloud assembly of a plan and says how to deploy it.
 *
 * Throws when CloudFormation would refuse it: a UserError about text of the spec, an Error about text of ours.
 */
export async function synthesizeAws(plan: Plan, options: { outdir: string }) {
  const assembly = planApp(plan, options, { [failsBySelf]: false }).synth();
  refuseFindings(plan, assembly.directory);
  const { region, accountId } = plan.decisions.identity;
  const account = accountId ?? '$(aws sts get-caller-identity --query Account --output text)';
  return {
    directory: assembly.directory,
    templates: assembly.stacks.map((stack) => stack.templateFile),
    next: [
      // without a version, npx takes what the registry calls latest, which is not the newest 2
      `npx aws-cdk@2 bootstrap aws://${account}/${region}`,
      `npx aws-cdk@2 deploy --app ${join(options.outdir)} --all`,
    ],
  };
}
