import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';

export interface LoggingBalancerProps extends elb.ApplicationLoadBalancerProps {
  readonly region: string;
}

/** CDK asks the stack for its region to find who writes the logs, and fails where that is not written out. */
export class LoggingBalancer extends elb.ApplicationLoadBalancer {
  private readonly region: string;

  constructor(scope: Construct, id: string, { region, ...props }: LoggingBalancerProps) {
    super(scope, id, props);
    this.region = region;
  }

  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
  protected override resourcePolicyPrincipal(): iam.IPrincipal {
    const { elbv2Account } = RegionInfo.get(this.region);
    return elbv2Account
      ? new iam.AccountPrincipal(elbv2Account)
      : new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com');
  }
}
