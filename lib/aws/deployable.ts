import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Annotations, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { issuesError, UserError } from '../errors';
import type { Plan } from '../plan/plan';
import { deployIssues } from '../plan/warnings';

/** What an architecture takes beside its plan. */
export interface ArchitectureProps {
  readonly plan: Plan;
  /** @default - the network of the plan: a new one, or an existing one by ids */
  readonly vpc?: ec2.IVpc;
  /** @default - the certificate of the plan: by ARN, or a new one validated through the DNS zone */
  readonly certificate?: acm.ICertificate;
  /** Bucket for the model weights. @default - the bucket of the plan: a new one, or an existing one by name */
  readonly bucket?: s3.IBucket;
  /**
   * Encrypts everything. A key made in the same app gets the statements that its policy needs; the owner of another
   * adds what `keyStatements` returns.
   *
   * @default - the key of the plan: AWS's own, a new one, or an existing one by ARN
   */
  readonly key?: kms.IKey;
}

/** Throws a UserError for a plan that cannot be deployed here with what the caller brings. */
export function refuseUndeployable(scope: Construct, props: ArchitectureProps): void {
  refuseOtherRegion(scope, props.plan.decisions.identity.region);
  refuseMissing(props);
}

/** The rules of `synth`, but for what the caller brings. The bill is not among them: `bill(plan)` has its total. */
function refuseMissing({ plan, certificate, bucket }: ArchitectureProps): void {
  const brought: Record<string, unknown> = { 'certificate-needed': certificate, 'upload-needed': bucket };
  const issues = deployIssues(plan).filter(({ rule }) => brought[rule] === undefined);
  if (issues.length > 0) throw issuesError(issues);
}

function refuseOtherRegion(scope: Construct, planned: string): void {
  const { region, stackName } = Stack.of(scope);
  if (region === planned) return;
  if (Token.isUnresolved(region)) {
    Annotations.of(scope).addWarningV2(
      'llm-constructs:region',
      `the stack ${stackName} leaves its region to the deployment, and the plan is for ${planned}: write \`env: {region: '${planned}'}\` on the stack, or deploy it nowhere else`,
    );
    return;
  }
  throw new UserError(
    `the stack ${stackName} is in ${region} and the plan is for ${planned}: machine, prices and names belong to a region, so write \`region: ${region}\` in the spec or \`env: {region: '${planned}'}\` on the stack`,
  );
}
