import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { PrivateEndpoint } from '../plan/plan';

export interface PrivateEndpointsProps {
  readonly vpc: ec2.IVpc;
  /** Range of the network: nobody else reaches the endpoints. */
  readonly cidr: string;
  /** One in each zone. */
  readonly subnets: ec2.ISubnet[];
  readonly services: readonly PrivateEndpoint[];
}

/** Addresses of AWS services inside the network: what machines say to these services never leaves it. */
export class PrivateEndpoints extends Construct {
  readonly endpoints: ec2.InterfaceVpcEndpoint[];

  constructor(scope: Construct, id: string, props: PrivateEndpointsProps) {
    super(scope, id);
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'AWS services inside the network',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(ec2.Peer.ipv4(props.cidr), ec2.Port.tcp(443), 'The network');
    this.endpoints = props.services
      .flatMap((service) => endpointServices[service])
      .map((service) => {
        const endpoint = new ec2.InterfaceVpcEndpoint(this, service.shortName, {
          vpc: props.vpc,
          service,
          subnets: { subnets: props.subnets },
          securityGroups: [securityGroup],
          open: false,
          privateDnsEnabled: true,
        });
        endpoint.addToPolicy(ownAccount(Stack.of(this)));
        return endpoint;
      });
  }
}

/**
 * Identities of this account alone: with keys of another one, data cannot be carried out through the endpoint.
 *
 * What an identity may do stands in its own policy, exactly; here it would stand twice.
 */
function ownAccount(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.AnyPrincipal()],
    actions: ['*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': stack.account } },
  });
}

const { InterfaceVpcEndpointAwsService: Service } = ec2;

/**
 * Services behind the words of the plan. The agent of Session Manager needs no `ec2messages` since its version 3.3.40.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html (2026-11)
 */
const endpointServices = {
  secrets: [Service.SECRETS_MANAGER],
  logs: [Service.CLOUDWATCH_LOGS],
  metrics: [Service.CLOUDWATCH_MONITORING],
  'operator-tunnel': [Service.SSM, Service.SSM_MESSAGES],
  'managed-models': [Service.BEDROCK_RUNTIME],
  // layers come from a bucket
  images: [Service.ECR, Service.ECR_DOCKER],
  'machine-groups': [Service.AUTOSCALING],
  deployments: [Service.CLOUDFORMATION],
  volumes: [Service.EC2],
  queue: [Service.SQS],
} satisfies Record<PrivateEndpoint, ec2.InterfaceVpcEndpointAwsService[]>;
