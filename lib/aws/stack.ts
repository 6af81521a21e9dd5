import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isSingleServer } from '../plan/forms';
import type { Plan } from '../plan/plan';
import { Scaled } from './scaled';
import { SingleServer } from './single-server';
import { deploymentTags } from './tags';

/** The stack of a plan: one architecture in one region, named like the deployment. */
export class DeploymentStack extends Stack {
  readonly architecture: SingleServer | Scaled;

  constructor(scope: Construct, plan: Plan) {
    const { identity, security, architecture } = plan.decisions;
    super(scope, identity.name, {
      description: `LLM serving, ${architecture.name}, planned by llm-constructs`,
      env: { region: identity.region, ...(identity.accountId && { account: identity.accountId }) },
      tags: deploymentTags(identity),
      terminationProtection: security.deletionProtection,
    });
    this.architecture = isSingleServer(plan)
      ? new SingleServer(this, 'Llm', { plan })
      : new Scaled(this, 'Llm', { plan });
    for (const output of this.architecture.outputs) output.overrideLogicalId(output.node.id);
  }
}
