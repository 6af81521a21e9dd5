import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface PatternGrant {
  readonly actions: string[];
  /** ARN with a wildcard, or `*`. */
  readonly resource: string;
  readonly conditions?: Record<string, Record<string, unknown>>;
  /** Why the ARN cannot be exact: stands as acknowledgement of the policy check on the grantee. */
  readonly reason: string;
}

/** Grants on a pattern of resources, and acknowledges exactly that finding of AwsSolutions-IAM5. */
export function grantPattern(
  grantee: iam.IGrantable,
  { actions, resource, conditions, reason }: PatternGrant,
) {
  iam.Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [resource],
    ...(conditions && { conditions }),
  });
  if (Construct.isConstruct(grantee)) {
    Validations.of(grantee).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${flat(Stack.of(grantee).resolve(resource))}]`,
      reason,
    });
  }
}

/** A resolved value as findings spell it: `<LogicalId.Attribute>` for what only the deployment knows. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
  } = value as {
    Ref?: string;
    'Fn::GetAtt'?: string[];
    'Fn::Join'?: [string, unknown[]];
  };
  if (join) return join[1].map(flat).join(join[0]);
  return `<${Ref ?? attribute?.join('.')}>`;
}
