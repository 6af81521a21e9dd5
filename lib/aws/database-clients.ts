import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { DatabaseDecision } from '../plan/plan';

/** Lets the applications of the plan reach a database; each needs a user of its own there. */
export function admitClients(
  { connections }: ec2.IConnectable,
  { clientCidrs }: Pick<DatabaseDecision, 'clientCidrs'>,
): void {
  if (clientCidrs === undefined) return;
  for (const cidr of clientCidrs) {
    connections.allowDefaultPortFrom(ec2.Peer.ipv4(cidr), 'Applications named in the spec');
  }
}
