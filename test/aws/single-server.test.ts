import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Peer, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { SingleServer, type SingleServerProps } from '../../lib/aws/single-server';
import { isUserError } from '../../lib/errors';
import type { Deployment } from '../../lib/spec/types';
import { text } from './facts-groups';
import { deployments, planOf, planWith } from './plan-fixture';
import { type Properties, partWritten, written, writtenOf } from './synthesize';

describe('the single server', () => {
  it('has a balancer, a name and a web firewall only where people come from outside', () => {
    const tunnel = writtenOf('tunnel');
    for (const type of [
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::CertificateManager::Certificate',
      'AWS::Route53::RecordSet',
      'AWS::WAFv2::WebACL',
      'AWS::Budgets::Budget',
    ]) {
      expect(tunnel.all(type), type).toEqual([]);
      expect(writtenOf('public').all(type), type).toHaveLength(1);
    }
  });

  it('has managed database and cache only where the plan says so', () => {
    for (const type of ['AWS::RDS::DBInstance', 'AWS::ElastiCache::ReplicationGroup']) {
      expect(writtenOf('public').all(type), type).toEqual([]);
      expect(writtenOf('internal').all(type), type).toHaveLength(1);
    }
  });

  it('looks nothing up, even where account and region are known', () => {
    for (const name of Object.keys(deployments) as (keyof typeof deployments)[]) {
      const plan = planOf(name);
      const { identity } = plan.decisions;
      const known = {
        ...plan,
        decisions: { ...plan.decisions, identity: { ...identity, accountId: '123456789012' } },
      };
      expect(written(known).missingContext, name).toEqual([]);
    }
  });

  it('needs no Lambda function', () => {
    for (const name of Object.keys(deployments) as (keyof typeof deployments)[]) {
      const types = Object.values(writtenOf(name).resources).map(({ Type }) => Type);
      expect(types.filter((type) => /Lambda|Custom/.test(type))).toEqual([]);
    }
  });

  it('names nothing of the commercial partition in GovCloud', () => {
    const template = written(
      planWith({
        region: 'us-gov-west-1',
        regions: undefined,
        models: [{ name: 'chat', source: 's3://our-models/chat', baseModel: 'Qwen/Qwen3-4B' }],
        traffic: { concurrentUsers: 5 },
        network: { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' },
        database: 'managed',
      }),
    );
    expect(template.text).toContain('arn:aws-us-gov:s3:::our-models/chat/*');
    expect(template.text).not.toContain('arn:aws:');
    expect(template.text).not.toContain('console.aws.amazon.com');
  });

  it('asks for names elsewhere only in a network of the user', () => {
    const ports = (name: 'public' | 'internal') =>
      writtenOf(name)
        .properties('AWS::EC2::SecurityGroup')
        .filter(({ GroupDescription }) => GroupDescription === 'LLM serving machine')
        .flatMap(({ SecurityGroupEgress }) => SecurityGroupEgress.map((rule: Properties) => rule.ToPort));
    expect(ports('public')).toEqual([443]);
    expect(ports('internal')).toEqual([443, 53, 53]);
  });

  it('refuses what synth refuses, but for what the caller brings', () => {
    const rulesOf = (
      spec: Partial<Deployment>,
      props: (stack: Stack) => Partial<SingleServerProps> = () => ({}),
    ) => {
      const plan = planWith({ traffic: { concurrentUsers: 5 }, ...spec });
      try {
        partWritten((stack) => new SingleServer(stack, 'Llm', { plan, ...props(stack) }));
      } catch (error) {
        if (!isUserError(error)) throw error;
        return error.issues.map(({ rule }) => rule);
      }
      return [];
    };
    const gated = { models: ['meta-llama/Llama-3.1-8B-Instruct'] };
    expect(rulesOf(gated)).toEqual(['gated-model']);
    expect(rulesOf({ ...gated, modelStore: { hubTokenSecret: 'hub' } })).toEqual([]);
    const uncertain = { network: { domain: 'llm.example.com' } };
    expect(rulesOf(uncertain)).toEqual(['certificate-needed']);
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef';
    expect(
      rulesOf(uncertain, (stack) => ({ certificate: Certificate.fromCertificateArn(stack, 'Own', arn) })),
    ).toEqual([]);
    const upload = { modelStore: { import: 'manual' } } satisfies Partial<Deployment>;
    expect(rulesOf(upload)).toEqual(['upload-needed']);
    expect(rulesOf(upload, (stack) => ({ bucket: new Bucket(stack, 'Own') }))).toEqual([]);
  });

  it('stands in a stack of the user with existing network, certificate, bucket and key', () => {
    const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef';
    const template = partWritten((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
      const server = new SingleServer(stack, 'Llm', {
        plan: planOf('public'),
        vpc,
        certificate: Certificate.fromCertificateArn(stack, 'Certificate', arn),
        bucket: new Bucket(stack, 'Weights'),
        key: new Key(stack, 'Key'),
      });
      server.grantInvoke(
        new Role(stack, 'Application', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }),
      );
      server.connections.allowDefaultPortFrom(Peer.ipv4('172.16.0.0/12'));
      expect(server.metric('llm_tokens_per_second').dimensions).toEqual({ deployment: 'chat-prod' });
      expect(server.network.vpc).toBe(vpc);
      expect(server.server.data.volume.availabilityZone).toBe('eu-central-1a');
    });
    expect(template.all('AWS::EC2::VPC')).toHaveLength(1);
    expect(template.all('AWS::KMS::Key')).toHaveLength(1);
    expect(template.all('AWS::CertificateManager::Certificate')).toEqual([]);
    expect(template.text).toContain(arn);
    const [rule] = template
      .properties('AWS::EC2::SecurityGroup')
      .flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress as Properties[])
      .filter(({ CidrIp }) => CidrIp === '172.16.0.0/12');
    expect(rule?.FromPort).toBe(443);
    // the user's bucket and the one for access logs
    expect(template.all('AWS::S3::Bucket')).toHaveLength(2);
  });

  it('refuses to stand in another region than the plan was made for', () => {
    const plan = planOf('tunnel');
    const wrong = () =>
      partWritten((stack) => void new SingleServer(stack, 'Llm', { plan }), { region: 'us-east-1' });
    expect(wrong).toThrow('the stack Test is in us-east-1 and the plan is for eu-central-1');
    try {
      wrong();
    } catch (error) {
      expect(isUserError(error)).toBe(true);
    }
  });
});

describe('the outputs', () => {
  const output = (name: keyof typeof deployments) => {
    const { Outputs } = writtenOf(name).template;
    return (key: string) => text(Outputs[key].Value);
  };

  it('name the API, and how to fetch the key', () => {
    const of = output('public');
    expect(of('Endpoint')).toBe('https://llm.example.com/v1');
    expect(of('ApplicationKey')).toMatch(
      /^aws secretsmanager get-secret-value --secret-id <LlmGatewayApplicationKey\w+> --query SecretString --output text --region eu-central-1$/,
    );
  });

  it('give the line that manages keys, with the operator key in a variable and not in an argument', () => {
    expect(output('public')('OperatorKey')).toMatch(
      /^LLM_MASTER_KEY=\$\(aws secretsmanager get-secret-value --secret-id <LlmGatewayMasterKey\w+> --query SecretString --output text --region eu-central-1\) npx llm-constructs keys list$/,
    );
  });

  it('give a request that answers', () => {
    expect(output('public')('Try')).toContain(
      `curl https://llm.example.com/v1/chat/completions -H "Authorization: Bearer $(aws secretsmanager`,
    );
    expect(output('public')('Try')).toContain('"model":"qwen3-8b"');
    expect(output('tunnel')('Try')).toContain('curl http://localhost:4000/v1/chat/completions');
  });

  it('say where the key travels when the balancer checks tokens', () => {
    const jwt = { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/jwks', audience: 'llm' };
    const { template } = written(planWith({ network: deployments.public.network, gateway: { jwt } }));
    const { Value, Description } = template.Outputs.Try;
    expect(text(Value)).toContain(
      '-H "Authorization: Bearer $TOKEN" -H "x-litellm-api-key: $(aws secretsmanager get-secret-value',
    );
    expect(Description).toBe('A request that answers; TOKEN is one of your issuer for this audience');
  });

  it('name every model where there are several, and try the first', () => {
    expect(output('several')('Models')).toBe('chat vectors support legal poems claude titan');
    expect(output('several')('Try')).toContain('"model":"chat"');
    expect(writtenOf('tunnel').template.Outputs.Models).toBeUndefined();
  });

  it("open the operator's tunnel to the machine that runs now", () => {
    const tunnel = output('tunnel')('Tunnel');
    expect(tunnel).toMatch(
      /^aws ssm start-session --target \$\(aws autoscaling describe-auto-scaling-groups /,
    );
    expect(tunnel).toContain('--document-name AWS-StartPortForwardingSession');
    expect(tunnel).toContain('portNumber=4000,localPortNumber=4000');
  });

  it('tell how to make the budget count, where there is one', () => {
    expect(output('public')('ActivateBudget')).toContain('TagKey=llm-deployment,Status=Active');
    expect(writtenOf('tunnel').template.Outputs.ActivateBudget).toBeUndefined();
  });

  it('name the dashboard, and the buckets that a deleted stack leaves behind', () => {
    expect(output('tunnel')('Dashboard')).toMatch(/region=eu-central-1#dashboards\/dashboard\/<Llm/);
    expect(output('tunnel')('Remains').split(' ')).toHaveLength(2);
    expect(output('written')('Remains')).toMatch(/^<LlmAccessLogs\w+>$/);
  });
});
