import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ApplicationDecision, EntryDecision, IdentityDecision, TimeoutsDecision } from '../plan/plan';
import { gatewayHealthPath, ports } from '../runtime/layout';
import { plannedCertificate } from './certificate';
import { acknowledgeControl, notGuarded } from './controls';
import { LoggingBalancer } from './logging-balancer';
import { TokenCheck } from './token-check';

export interface BalancerProps {
  /** Its region says who writes the access logs: the stack may leave its own to the deployment. */
  readonly identity: Pick<IdentityDecision, 'region'>;
  /** Must say `public` or `internal`. */
  readonly entry: EntryDecision;
  readonly timeouts: TimeoutsDecision;
  /** A container of the user beside each gateway. @default - none */
  readonly application?: Pick<ApplicationDecision, 'path'> | undefined;
  readonly vpc: ec2.IVpc;
  /** At least two zones. */
  readonly subnets: ec2.ISubnet[];
  /** The machines of the gateway, and their network for the rules that let the balancer in. */
  readonly target: ec2.IConnectable & { readonly group: autoscaling.AutoScalingGroup };
  readonly accessLogs: s3.IBucket;
  readonly deletionProtection: boolean;
  /**
   * A certificate of yours.
   *
   * @default - what the plan says: an existing one by ARN, or a new one validated through the DNS zone
   */
  readonly certificate?: acm.ICertificate | undefined;
}

/**
 * The way in: one port, one host name, `/v1/*` and the health path, and the path of the user's own container where
 * there is one; everything else is answered with 404.
 *
 * The operator's routes of the gateway are reached through a port-forward only.
 */
export class Balancer extends Construct implements ec2.IConnectable {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly targetGroup: elb.ApplicationTargetGroup;
  /** Absent without a container of the user. */
  readonly applicationTargetGroup: elb.ApplicationTargetGroup | undefined;
  readonly listener: elb.ApplicationListener;
  readonly connections: ec2.Connections;
  /** Absent with plain HTTP. */
  readonly certificate: acm.ICertificate | undefined;
  /** Base address of the API. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: BalancerProps) {
    super(scope, id);
    const { entry } = props;
    this.certificate =
      entry.tls === 'required' ? (props.certificate ?? plannedCertificate(this, entry)) : undefined;
    this.loadBalancer = this.balancer(props);
    this.targetGroup = this.targets('Machines', ports.gateway, props);
    this.applicationTargetGroup = props.application && this.targets('Application', ports.application, props);
    this.listener = this.listen(this.certificate);
    this.connections = this.listener.connections;
    this.comeAfter(props.target.group);
    this.forward(props);
    this.admit(entry);
    this.reach(props);
    if (entry.domain !== undefined && entry.dnsZone !== undefined) this.alias(entry.domain, entry.dnsZone);
    const scheme = this.certificate ? 'https' : 'http';
    this.url = `${scheme}://${entry.domain ?? this.loadBalancer.loadBalancerDnsName}`;
  }

  private balancer({ entry, timeouts, ...props }: BalancerProps): elb.ApplicationLoadBalancer {
    const balancer = new LoggingBalancer(this, 'Resource', {
      region: props.identity.region,
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      internetFacing: entry.ingress === 'public',
      idleTimeout: Duration.seconds(timeouts.balancerIdleSeconds),
      // a connection is closed at this age even between two answers
      clientKeepAlive: Duration.seconds(Math.max(3600, timeouts.balancerIdleSeconds)),
      dropInvalidHeaderFields: true,
      deletionProtection: props.deletionProtection,
    });
    balancer.logAccessLogs(props.accessLogs, 'balancer');
    if (!entry.waf) {
      acknowledgeControl(
        balancer,
        'ALBWAFEnabled',
        entry.ingress === 'internal'
          ? 'Only private ranges that the spec names reach this balancer, and each request needs a key'
          : '`security.waf` is off in the plan; each request needs a key, and keys have limits of their own',
      );
    }
    if (!props.deletionProtection) {
      acknowledgeControl(balancer, 'ELBDeletionProtectionEnabled', notGuarded);
    }
    return balancer;
  }

  /**
   * Both ask the machine and not the port itself: a group ends a machine that is unhealthy in any of its target
   * groups, and a broken container of the user must not cost the API its machine.
   */
  private targets(id: string, port: number, { timeouts, ...props }: BalancerProps) {
    return new elb.ApplicationTargetGroup(this, id, {
      vpc: props.vpc,
      targetType: elb.TargetType.INSTANCE,
      protocol: elb.ApplicationProtocol.HTTP,
      port,
      targets: [props.target.group],
      deregistrationDelay: Duration.seconds(timeouts.drainSeconds),
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      healthCheck: {
        port: String(ports.health),
        path: machineHealthPath,
        protocol: elb.Protocol.HTTP,
        healthyHttpCodes: '200',
        interval: Duration.seconds(15),
        timeout: Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 4,
      },
    });
  }

  /**
   * Made once the machine serves: the likeliest first deployment to fail is one without a GPU, and a balancer with
   * deletion protection would keep it from rolling back.
   */
  private comeAfter(group: autoscaling.AutoScalingGroup): void {
    const balancer = this.loadBalancer.node.defaultChild as elb.CfnLoadBalancer;
    balancer.addResourceDependency(group.node.defaultChild as autoscaling.CfnAutoScalingGroup);
  }

  private listen(certificate: acm.ICertificate | undefined): elb.ApplicationListener {
    const refuse = elb.ListenerAction.fixedResponse(404, {
      contentType: 'application/json',
      messageBody: '{"error":"only /v1/* of the configured host is served here"}',
    });
    if (!certificate) {
      return this.loadBalancer.addListener('Http', { port: 80, open: false, defaultAction: refuse });
    }
    const redirect = this.loadBalancer.addListener('Redirect', {
      port: 80,
      open: false,
      defaultAction: elb.ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
    });
    acknowledgeControl(
      redirect,
      'ELBv2ACMCertificateRequired',
      'Answers each request with the address that has TLS, and hands none on',
    );
    return this.loadBalancer.addListener('Https', {
      port: 443,
      open: false,
      certificates: [certificate],
      sslPolicy: elb.SslPolicy.TLS13_12_RES_PQ,
      defaultAction: refuse,
    });
  }

  private forward({ entry, application }: BalancerProps): void {
    const host = entry.domain === undefined ? [] : [elb.ListenerCondition.hostHeaders([entry.domain])];
    const api = elb.ListenerAction.forward([this.targetGroup]);
    const rule = (id: string, priority: number, paths: string[], action: elb.ListenerAction) =>
      this.listener.addAction(id, {
        priority,
        conditions: [...host, elb.ListenerCondition.pathPatterns(paths)],
        action,
      });
    if (application && this.applicationTargetGroup) {
      const paths = application.path === '/' ? ['/*'] : [application.path, `${application.path}/*`];
      rule('Application', 20, paths, elb.ListenerAction.forward([this.applicationTargetGroup]));
    }
    if (entry.jwt === undefined) {
      rule('Api', 10, ['/v1/*', gatewayHealthPath], api);
      return;
    }
    // whoever watches the API has no token
    rule('Health', 5, [gatewayHealthPath], api);
    rule('Api', 10, ['/v1/*'], new TokenCheck(entry.jwt, api));
    this.listener.connections.allowToAnyIpv4(ec2.Port.HTTPS, "Keys of the tokens' issuer");
  }

  private admit(entry: EntryDecision): void {
    for (const listener of this.loadBalancer.listeners) {
      for (const cidr of entry.allowedCidrs) {
        listener.connections.allowDefaultPortFrom(ec2.Peer.ipv4(cidr), 'Clients');
      }
    }
    if (entry.allowedCidrs.includes('0.0.0.0/0')) {
      for (const group of this.connections.securityGroups) {
        Validations.of(group).acknowledge({
          id: 'AwsSolutions-EC23',
          reason: '`network.ingress: public` in the spec: the API is meant for everybody who has a key',
        });
      }
    }
  }

  /** The target group opens the gateway's port by itself; the health check has one of its own. */
  private reach(props: BalancerProps): void {
    props.target.connections.allowFrom(this, ec2.Port.tcp(ports.health), 'Health check');
  }

  private alias(domain: string, hostedZoneId: string): void {
    // a name with its final dot needs no zone name
    const zone = route53.HostedZone.fromHostedZoneId(this, 'Zone', hostedZoneId);
    new route53.ARecord(this, 'Alias', {
      zone,
      recordName: `${domain}.`,
      target: route53.RecordTarget.fromAlias(new LoadBalancerTarget(this.loadBalancer)),
    });
  }
}

/** 200 only while what the machine serves answers: gateway, engines or both (`health.py` of the bundle). */
export const machineHealthPath = '/health';
