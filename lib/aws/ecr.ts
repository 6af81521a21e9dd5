import * as iam from 'aws-cdk-lib/aws-iam';
import type { Stack } from 'aws-cdk-lib/core';
import type { ImagesDecision } from '../plan/plan';
import { grantPattern } from './grants';

/** A repository of Amazon ECR. */
interface Repository {
  account: string;
  region: string;
  name: string;
}

/** Lets a machine pull those images that are in a private registry of AWS; a registry of another account must allow it too. */
export function grantPull(grantee: iam.IGrantable & { stack: Stack }, images: ImagesDecision): void {
  const { partition } = grantee.stack;
  const resourceArns = repositories(images).map(
    ({ region, account, name }) => `arn:${partition}:ecr:${region}:${account}:repository/${name}`,
  );
  if (resourceArns.length === 0) return;
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resourceArns,
  });
  grantPattern(grantee, {
    actions: ['ecr:GetAuthorizationToken'],
    resource: '*',
    reason:
      'A token opens a registry and no image; the action has no resource-level permissions (ECR, 2026-11)',
  });
}

/** `123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm/engine@sha256:...`, each repository once. */
export function repositories({ because: _, ...images }: ImagesDecision): Repository[] {
  const found = Object.values(images).flatMap((reference): [string, Repository][] => {
    const [, account, region, name] =
      /^(\d+)\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(reference) ?? [];
    return account && region && name ? [[`${account} ${region} ${name}`, { account, region, name }]] : [];
  });
  return Object.values(Object.fromEntries(found));
}
