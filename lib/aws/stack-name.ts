import { Fn, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/**
 * `<name>-<8 hex digits of the stack's id>`: known before the resource is made, and another one when a deleted stack
 * whose data stayed is deployed again.
 */
export function nameOfThisStack(scope: Construct, name: string): string {
  const { stackId } = Stack.of(scope);
  return `${name}-${Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', stackId))))}`;
}
