import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ManagedModelDecision } from '../plan/plan';

export interface BedrockProps {
  /** The region that calls. */
  readonly region: string;
  readonly models: readonly ManagedModelDecision[];
  /** The identity of the gateway. */
  readonly role: iam.IRole;
}

/**
 * Leave to call exactly the planned models of Bedrock: each in its regions, and through its profile only where it has
 * one. The price per token is the reason for a policy without wildcards.
 *
 * A policy each, because seven models with six regions are longer than one policy may be (6,144 characters).
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html (2026-11)
 */
export class Bedrock extends Construct {
  readonly policies: iam.ManagedPolicy[];

  constructor(scope: Construct, id: string, props: BedrockProps) {
    super(scope, id);
    this.policies = props.models.map((model) => {
      const policy = new iam.ManagedPolicy(this, model.name, { roles: [props.role] });
      this.grantCall(policy, model, props.region);
      return policy;
    });
  }

  private grantCall(grantee: iam.IGrantable, model: ManagedModelDecision, region: string): void {
    const { partition, account } = Stack.of(this);
    const { modelId, inferenceProfile, foundationModelRegions } = model;
    const actions = callActions[model.task];
    const resourceArns = foundationModelRegions.map(
      (name) => `arn:${partition}:bedrock:${name}::foundation-model/${modelId}`,
    );
    if (inferenceProfile === undefined) {
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
      return;
    }
    const profile = `arn:${partition}:bedrock:${region}:${account}:inference-profile/${inferenceProfile}`;
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [profile] });
    iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns,
      conditions: { ArnEquals: { 'bedrock:InferenceProfileArn': profile } },
    });
  }
}

const streamed = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

/** Actions behind the Converse API, and behind InvokeModel for embeddings, which are not streamed. */
const callActions = {
  chat: streamed,
  completion: streamed,
  embedding: ['bedrock:InvokeModel'],
} satisfies Record<ManagedModelDecision['task'], string[]>;
