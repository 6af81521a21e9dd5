import { Tags } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { IdentityDecision } from '../plan/plan';

/**
 * On every resource; its value is `identity.name`.
 *
 * Permissions of the machine are limited by it, and the budget counts by it: activate it once as a cost
 * allocation tag in the billing console of the paying account.
 */
export const deploymentTag = 'llm-deployment';

export function deploymentTags(identity: Pick<IdentityDecision, 'name' | 'tags'>): Record<string, string> {
  return { ...identity.tags, [deploymentTag]: identity.name };
}

export function tagDeployment(scope: IConstruct, identity: Pick<IdentityDecision, 'name' | 'tags'>): void {
  for (const [key, value] of Object.entries(deploymentTags(identity))) Tags.of(scope).add(key, value);
}
