import { RemovalPolicy } from 'aws-cdk-lib/core';

/**
 * What becomes of data when its stack is deleted.
 *
 * Protected data stays, but not that of a first deployment that fails: nobody has used it, and the next attempt
 * makes its own.
 */
export function removalPolicy(deletionProtection: boolean): RemovalPolicy {
  return deletionProtection ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
