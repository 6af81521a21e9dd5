import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { AccessLogs } from '../../lib/aws/access-logs';
import { Balancer, type BalancerProps } from '../../lib/aws/balancer';
import { GpuServer } from '../../lib/aws/gpu-server';
import { isUserError } from '../../lib/errors';
import type { EntryDecision } from '../../lib/plan/plan';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { decisions } = planOf('public');

function balancer(
  entry: Partial<EntryDecision> = {},
  props: Partial<BalancerProps> = {},
  look: (made: Balancer) => void = () => {},
): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    const server = new GpuServer(stack, 'Server', {
      ...decisions,
      vpc,
      subnet: vpc.privateSubnets[0] as (typeof vpc.privateSubnets)[0],
      userData: () => '',
      balanced: true,
      deletionProtection: false,
    });
    const made = new Balancer(stack, 'Balancer', {
      ...decisions,
      entry: { ...decisions.entry, ...entry },
      vpc,
      subnets: vpc.publicSubnets,
      target: server,
      accessLogs: new AccessLogs(stack, 'AccessLogs', { retentionDays: 30 }).bucket,
      deletionProtection: true,
      ...props,
    });
    look(made);
  });
}

/** The public balancer of the plan: made once, because nobody changes it. */
const planned = balancer();
const attributes = (list: { Key: string; Value: unknown }[]) =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
const listeners = (template: Written) => template.properties('AWS::ElasticLoadBalancingV2::Listener');
const loadBalancer = (template: Written) =>
  template.only('AWS::ElasticLoadBalancingV2::LoadBalancer').Properties as Properties;
const own = { certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/0123' };

describe('the balancer', () => {
  it('waits longer than the longest answer and drops what is not HTTP', () => {
    expect(attributes(loadBalancer(planned).LoadBalancerAttributes)).toMatchObject({
      'idle_timeout.timeout_seconds': String(decisions.timeouts.balancerIdleSeconds),
      'client_keep_alive.seconds': '3600',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'deletion_protection.enabled': 'true',
      'access_logs.s3.enabled': 'true',
    });
  });

  it('is made after the machine serves, so that a deployment without a GPU can roll back', () => {
    const template = planned;
    expect(template.only('AWS::ElasticLoadBalancingV2::LoadBalancer').DependsOn).toContain(
      template.logicalId('AWS::AutoScaling::AutoScalingGroup'),
    );
  });

  it('is on the internet or inside, as planned', () => {
    expect(loadBalancer(planned).Scheme).toBe('internet-facing');
    expect(loadBalancer(balancer({ ingress: 'internal' })).Scheme).toBe('internal');
  });

  it('speaks TLS 1.2 and above on 443, and sends plain HTTP there', () => {
    const [redirect, https] = listeners(planned);
    expect(redirect?.DefaultActions[0].RedirectConfig).toEqual({
      Protocol: 'HTTPS',
      Port: '443',
      StatusCode: 'HTTP_301',
    });
    expect(https).toMatchObject({ Port: 443, SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09' });
  });

  it('speaks plain HTTP only where the plan says so', () => {
    const template = balancer({ tls: 'none' }, {}, (made) => {
      expect(made.certificate).toBeUndefined();
      expect(made.url).toBe('http://llm.example.com');
    });
    expect(listeners(template).map(({ Port, Protocol }) => [Port, Protocol])).toEqual([[80, 'HTTP']]);
    expect(template.all('AWS::CertificateManager::Certificate')).toEqual([]);
  });

  it('forwards the API of its host name and answers everything else with 404', () => {
    const template = planned;
    const rule = template.only('AWS::ElasticLoadBalancingV2::ListenerRule').Properties;
    expect(rule?.Conditions).toEqual([
      { Field: 'host-header', HostHeaderConfig: { Values: ['llm.example.com'] } },
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/v1/*', '/health/liveliness'] } },
    ]);
    expect(listeners(template)[1]?.DefaultActions[0].FixedResponseConfig.StatusCode).toBe('404');
  });

  it('demands a token of the plan for the API and none for its health', () => {
    const jwt = {
      issuer: 'https://id.example.com/',
      jwksUrl: 'https://id.example.com/.well-known/jwks.json',
      audience: 'llm',
    };
    const template = balancer({ jwt });
    const rules = template
      .properties('AWS::ElasticLoadBalancingV2::ListenerRule')
      .toSorted((one, other) => one.Priority - other.Priority);
    const paths = ({ Conditions }: Properties) => Conditions[1].PathPatternConfig.Values;
    const actions = ({ Actions }: Properties) =>
      (Actions as Properties[]).map(({ Type, Order, JwtValidationConfig }) => [
        Type,
        Order,
        JwtValidationConfig,
      ]);
    expect(rules.map((rule) => [paths(rule), actions(rule)])).toEqual([
      [['/health/liveliness'], [['forward', undefined, undefined]]],
      [
        ['/v1/*'],
        [
          [
            'jwt-validation',
            1,
            {
              Issuer: jwt.issuer,
              JwksEndpoint: jwt.jwksUrl,
              AdditionalClaims: [{ Name: 'aud', Format: 'single-string', Values: ['llm'] }],
            },
          ],
          ['forward', 2, undefined],
        ],
      ],
    ]);
    const ways = template
      .properties('AWS::EC2::SecurityGroup')
      .flatMap(({ SecurityGroupEgress = [] }) => SecurityGroupEgress as Properties[]);
    expect(ways).toContainEqual(
      expect.objectContaining({
        CidrIp: '0.0.0.0/0',
        ToPort: 443,
        Description: "Keys of the tokens' issuer",
      }),
    );
  });

  it("sends the path of the user's container to its port, and asks the machine alone whether it is well", () => {
    const template = balancer({}, { application: { path: '/chat' } });
    const [api, own] = template
      .properties('AWS::ElasticLoadBalancingV2::ListenerRule')
      .toSorted((one, other) => one.Priority - other.Priority);
    expect(api?.Conditions[1].PathPatternConfig.Values).toEqual(['/v1/*', '/health/liveliness']);
    expect(own?.Conditions).toEqual([
      { Field: 'host-header', HostHeaderConfig: { Values: ['llm.example.com'] } },
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/chat', '/chat/*'] } },
    ]);
    const groups = template.properties('AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(
      groups.map(({ Port, HealthCheckPort, HealthCheckPath }) => [Port, HealthCheckPort, HealthCheckPath]),
    ).toEqual([
      [4000, '4080', '/health'],
      [4084, '4080', '/health'],
    ]);
    const ports = template.properties('AWS::EC2::SecurityGroupIngress').map(({ FromPort }) => FromPort);
    expect(ports.toSorted()).toEqual([4000, 4080, 4084]);
    const group = template.only('AWS::AutoScaling::AutoScalingGroup').Properties as Properties;
    expect(group.TargetGroupARNs).toHaveLength(2);
  });

  it('sends everything else of the host to a container at its root', () => {
    const rules = balancer({}, { application: { path: '/' } })
      .properties('AWS::ElasticLoadBalancingV2::ListenerRule')
      .map(({ Priority, Conditions }) => [Priority, Conditions[1].PathPatternConfig.Values]);
    expect(rules.toSorted()).toEqual([
      [10, ['/v1/*', '/health/liveliness']],
      [20, ['/*']],
    ]);
  });

  it('asks the machine whether gateway and engine are well, and lets it finish when it leaves', () => {
    const targets = planned.only('AWS::ElasticLoadBalancingV2::TargetGroup').Properties as Properties;
    expect(targets).toMatchObject({ Port: 4000, HealthCheckPort: '4080', HealthCheckPath: '/health' });
    expect(attributes(targets.TargetGroupAttributes)).toMatchObject({
      'deregistration_delay.timeout_seconds': String(decisions.timeouts.drainSeconds),
      'load_balancing.algorithm.type': 'least_outstanding_requests',
    });
  });

  it('reaches the ports of API and health on the machine, and no other', () => {
    const rules = planned.properties('AWS::EC2::SecurityGroupIngress');
    expect(rules.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([
      [4000, 4000],
      [4080, 4080],
    ]);
    expect(rules.every(({ SourceSecurityGroupId }) => SourceSecurityGroupId !== undefined)).toBe(true);
  });

  it('lets in those whom the plan names', () => {
    const template = balancer({ allowedCidrs: ['10.0.0.0/8', '192.168.0.0/16'] });
    const open = template
      .properties('AWS::EC2::SecurityGroup')
      .flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress as Properties[])
      .map(({ CidrIp, FromPort }) => `${CidrIp}:${FromPort}`);
    expect(open.sort()).toEqual([
      '10.0.0.0/8:443',
      '10.0.0.0/8:80',
      '192.168.0.0/16:443',
      '192.168.0.0/16:80',
    ]);
  });

  it('has a name in the zone of the plan', () => {
    const record = planned.only('AWS::Route53::RecordSet').Properties;
    expect(record).toMatchObject({ Name: 'llm.example.com.', HostedZoneId: 'Z0123456789ABCDEFGHIJ' });
  });

  it('logs each request', () => {
    expect(planned.text).toContain('/balancer/AWSLogs/');
  });
});

describe('the certificate', () => {
  const used = (template: Written) => listeners(template)[1]?.Certificates[0].CertificateArn;

  it('is a new one that proves itself through the zone', () => {
    const template = planned;
    expect(template.only('AWS::CertificateManager::Certificate').Properties).toMatchObject({
      DomainName: 'llm.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'llm.example.com', HostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
    });
    expect(used(template)).toEqual({ Ref: template.logicalId('AWS::CertificateManager::Certificate') });
  });

  it('is the one that the plan names', () => {
    const template = balancer(own);
    expect(used(template)).toBe(own.certificate);
    expect(template.all('AWS::CertificateManager::Certificate')).toEqual([]);
  });

  it('cannot be made without name and zone, which is told at the field that is missing', () => {
    const refused = (entry: Partial<EntryDecision>) => {
      try {
        balancer(entry);
      } catch (error) {
        if (isUserError(error)) return error.issues.map(({ path }) => path);
        throw error;
      }
      return [];
    };
    expect(refused({ dnsZone: undefined })).toEqual(['network.dnsZone']);
    expect(refused({ domain: undefined })).toEqual(['network.domain']);
  });

  it('of the caller goes before that of the plan', () => {
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/4567';
    const template = partWritten((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
      new Balancer(stack, 'Balancer', {
        ...decisions,
        entry: { ...decisions.entry, ...own },
        vpc,
        subnets: vpc.publicSubnets,
        target: new GpuServer(stack, 'Server', {
          ...decisions,
          vpc,
          subnet: vpc.privateSubnets[0] as (typeof vpc.privateSubnets)[0],
          userData: () => '',
          balanced: true,
          deletionProtection: false,
        }),
        accessLogs: new AccessLogs(stack, 'AccessLogs', { retentionDays: 30 }).bucket,
        deletionProtection: false,
        certificate: Certificate.fromCertificateArn(stack, 'Certificate', arn),
      });
    });
    expect(used(template)).toBe(arn);
    expect(attributes(loadBalancer(template).LoadBalancerAttributes)['deletion_protection.enabled']).toBe(
      'false',
    );
  });
});
