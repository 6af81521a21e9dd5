import type { Balancer, Facts, Listener, Targets } from '../contract/facts';
import { groupName } from './facts-groups';
import type { Properties, Resource, Written } from './synthesize';

export function balancersOf(template: Written): Balancer[] {
  return Object.entries(template.resources)
    .filter(([, { Type }]) => Type === 'AWS::ElasticLoadBalancingV2::LoadBalancer')
    .map(([id, { Properties: balancer = {} }]) => ({
      id,
      facing: balancer.Scheme === 'internet-facing' ? 'internet' : 'inside',
      idleSeconds: Number(attribute(balancer.LoadBalancerAttributes, 'idle_timeout.timeout_seconds')),
      webFirewall: template
        .properties('AWS::WAFv2::WebACLAssociation')
        .some(({ ResourceArn }) => ResourceArn.Ref === id),
      listeners: Object.entries(template.resources)
        .filter(
          ([, { Type, Properties }]) =>
            Type === 'AWS::ElasticLoadBalancingV2::Listener' && Properties?.LoadBalancerArn.Ref === id,
        )
        .map(([listener, { Properties = {} }]) => listenerOf(template, listener, Properties)),
    }));
}

const attribute = (attributes: Properties[], key: string) => attributes.find(({ Key }) => Key === key)?.Value;

function listenerOf(template: Written, id: string, listener: Properties): Listener {
  const rules = template
    .properties('AWS::ElasticLoadBalancingV2::ListenerRule')
    .filter(({ ListenerArn }) => ListenerArn.Ref === id);
  return {
    port: listener.Port,
    tls: listener.Protocol === 'HTTPS' && listener.Certificates.length > 0,
    otherwise: otherwise(template, listener.DefaultActions),
    rules: rules.map(({ Conditions, Actions }) => {
      const condition = (field: string) =>
        (Conditions as Properties[]).find(({ Field }) => Field === field) as Properties | undefined;
      return {
        hosts: condition('host-header')?.HostHeaderConfig.Values ?? [],
        paths: condition('path-pattern')?.PathPatternConfig.Values ?? [],
        token: (Actions as Properties[]).some(({ Type }) => Type === 'jwt-validation'),
        to: targets(template, (Actions as Properties[]).find(({ Type }) => Type === 'forward') as Properties),
      };
    }),
  };
}

function otherwise(template: Written, [action]: Properties[]): Listener['otherwise'] {
  if (action?.Type === 'redirect') return action.RedirectConfig.Protocol === 'HTTPS' ? 'redirect' : 301;
  if (action?.Type === 'fixed-response') return Number(action.FixedResponseConfig.StatusCode);
  return targets(template, action as Properties);
}

function targets(template: Written, action: Properties): Targets {
  const id = action.TargetGroupArn?.Ref ?? action.ForwardConfig.TargetGroups[0].TargetGroupArn.Ref;
  const { Properties: group = {} } = template.resources[id] as Resource;
  return {
    group: groupName(template, groupBehind(template, id)),
    port: group.Port,
    leastOutstanding:
      attribute(group.TargetGroupAttributes, 'load_balancing.algorithm.type') ===
      'least_outstanding_requests',
    health: { port: Number(group.HealthCheckPort), path: group.HealthCheckPath },
    drainSeconds: Number(attribute(group.TargetGroupAttributes, 'deregistration_delay.timeout_seconds')),
  };
}

/** The group whose machines are the targets. */
export function groupBehind(template: Written, targetGroup: string): Resource {
  const behind = Object.entries(template.resources).filter(
    ([, { Type, Properties }]) =>
      Type === 'AWS::AutoScaling::AutoScalingGroup' &&
      Properties?.TargetGroupARNs?.some(({ Ref }: Properties) => Ref === targetGroup),
  );
  if (behind.length !== 1) throw new Error(`${behind.length} groups behind ${targetGroup}, not 1`);
  const [[, group]] = behind as [[string, Resource]];
  return group;
}

/** Rules that let in addresses and not other security groups, by port. */
export function openPortsOf(template: Written): Facts['openPorts'] {
  const own = template.properties('AWS::EC2::VPC').map(({ CidrBlock }) => CidrBlock);
  const services = template
    .properties('AWS::EC2::VPCEndpoint')
    .flatMap(({ SecurityGroupIds = [] }) => (SecurityGroupIds as Properties[]).map(groupId));
  const rules = [
    ...Object.entries(template.resources).flatMap(([id, { Type, Properties = {} }]) =>
      Type === 'AWS::EC2::SecurityGroup'
        ? ((Properties.SecurityGroupIngress ?? []) as Properties[]).map((rule) => ({ ...rule, id }))
        : [],
    ),
    ...template
      .properties('AWS::EC2::SecurityGroupIngress')
      .map((rule) => ({ ...rule, id: groupId(rule.GroupId) })),
  ] as Properties[];
  const byPort = new Map<number, string[]>();
  for (const { id, FromPort, ToPort, CidrIp, CidrIpv6, SourcePrefixListId, SourceSecurityGroupId } of rules) {
    // services of AWS with an address in the network, for the network
    if (services.includes(id) && own.includes(CidrIp)) continue;
    if (SourceSecurityGroupId !== undefined) continue;
    if (FromPort !== ToPort) throw new Error(`a range of ports ${FromPort}-${ToPort}`);
    const from = CidrIp ?? CidrIpv6 ?? SourcePrefixListId;
    byPort.set(FromPort, [...(byPort.get(FromPort) ?? []), from]);
  }
  return [...byPort].map(([port, cidrs]) => ({ port, cidrs }));
}

const groupId = (reference: Properties): string =>
  reference?.['Fn::GetAtt']?.[0] ?? JSON.stringify(reference);
