import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { AccessLogs } from '../../lib/aws/access-logs';
import { EngineBalancer } from '../../lib/aws/engine-balancer';
import { GpuFleet } from '../../lib/aws/gpu-fleet';
import type { ScaledPlan } from '../../lib/plan/plan';
import { scaledWith } from './scaled-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

function balancerWritten({ decisions }: ScaledPlan): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    const common = { ...decisions, vpc, subnets: vpc.privateSubnets };
    const fleets = decisions.fleets.map(
      (fleet) => new GpuFleet(stack, fleet.name, { ...common, fleet, userData: () => '' }),
    );
    const balancer = new EngineBalancer(stack, 'Engines', {
      ...common,
      fleets,
      accessLogs: new AccessLogs(stack, 'AccessLogs', { retentionDays: 30 }).bucket,
      deletionProtection: true,
    });
    balancer.admit(new SecurityGroup(stack, 'Gateways', { vpc, description: 'Gateways' }));
  });
}

const planned = scaledWith({
  models: ['Qwen/Qwen3-8B', { source: 'Qwen/Qwen3-4B', capacity: { purchase: 'mixed' } }],
});
const template = balancerWritten(planned);
const { timeouts, fleets } = planned.decisions;

describe('the balancer of the engines', () => {
  it('has private addresses only, and waits longer than an answer takes', () => {
    const { Properties = {} } = template.only('AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(Properties.Scheme).toBe('internal');
    expect(Properties.LoadBalancerAttributes).toEqual(
      expect.arrayContaining([
        { Key: 'idle_timeout.timeout_seconds', Value: String(timeouts.balancerIdleSeconds) },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'deletion_protection.enabled', Value: 'true' },
      ]),
    );
  });

  it('has a listener for each fleet, at the port of its name', () => {
    const listeners = template.properties('AWS::ElasticLoadBalancingV2::Listener');
    expect(listeners.map(({ Port, Protocol }) => [Port, Protocol])).toEqual([
      [40_813, 'HTTP'],
      [30_707, 'HTTP'],
    ]);
  });

  it('asks the health port, sends to the least busy machine, and lets answers end', () => {
    const targets = template.properties('AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(targets).toHaveLength(2);
    for (const target of targets) {
      expect(target).toMatchObject({
        Port: 8000,
        Protocol: 'HTTP',
        TargetType: 'instance',
        HealthCheckPort: '4080',
        HealthCheckPath: '/health',
      });
      expect(target.TargetGroupAttributes).toEqual(
        expect.arrayContaining([
          { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
          { Key: 'deregistration_delay.timeout_seconds', Value: String(timeouts.drainSeconds) },
        ]),
      );
    }
    // a spot machine has two minutes in all
    const seconds = targets.map(
      ({ HealthCheckIntervalSeconds, UnhealthyThresholdCount }) =>
        HealthCheckIntervalSeconds * UnhealthyThresholdCount,
    );
    expect(seconds).toEqual([60, 20]);
  });

  it('sends each fleet its own requests', () => {
    const groups = template.properties('AWS::AutoScaling::AutoScalingGroup');
    expect(groups).toHaveLength(2);
    const arns = groups.map(({ TargetGroupARNs }) => JSON.stringify(TargetGroupARNs));
    for (const [index, { name }] of fleets.entries()) {
      expect(arns[index]).toContain(`Machines${name.replaceAll('-', '')}`);
    }
  });

  it('lets gateways in and nobody else, and reaches the machines at two ports', () => {
    const ingress = template.properties('AWS::EC2::SecurityGroupIngress');
    const clients = ingress.filter(({ FromPort }) => FromPort >= 20_000);
    expect(clients).toHaveLength(2);
    for (const rule of clients) {
      expect(JSON.stringify(rule.SourceSecurityGroupId)).toContain('Gateways');
    }
    const toMachines = ingress.filter(({ FromPort }) => FromPort < 20_000);
    expect(toMachines.map(({ FromPort }) => FromPort).sort()).toEqual([4080, 4080, 8000, 8000]);
    for (const group of template.properties('AWS::EC2::SecurityGroup')) {
      expect((group.SecurityGroupIngress ?? []) as Properties[]).toEqual([]);
    }
  });

  it('is made once the machines serve, so that a first deployment without a GPU can be undone', () => {
    const after = template.only('AWS::ElasticLoadBalancingV2::LoadBalancer').DependsOn ?? [];
    const groups = Object.entries(template.resources).filter(
      ([, { Type }]) => Type === 'AWS::AutoScaling::AutoScalingGroup',
    );
    for (const [id] of groups) expect(after).toContain(id);
  });
});
