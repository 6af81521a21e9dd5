import { describe, expect, it } from 'vitest';
import { text } from './facts-groups';
import { scaledPlanOf, scaledWith } from './scaled-fixture';
import { type Properties, type Resource, written } from './synthesize';

const closed = written(scaledPlanOf('closed'));
const ids = (type: string) =>
  Object.entries(closed.resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
const output = (name: string): string => text(closed.template.Outputs[name].Value);

describe('the data of a scaled deployment', () => {
  it('has documents, backed up each night with Postgres, and says how to reach them', () => {
    const { BackupSelection } = closed.only('AWS::Backup::BackupSelection').Properties as Properties;
    const backedUp = BackupSelection.Resources.map(text).join(' ');
    for (const type of ['AWS::RDS::DBCluster', 'AWS::DocDB::DBCluster']) {
      expect(backedUp).toContain(`:cluster:<${ids(type)[0]}>`);
    }
    expect(output('DocumentsLogin')).toContain('secretsmanager get-secret-value');
    expect(closed.template.Outputs.PostgresLogin.Value).toBeDefined();
    expect(output('CopyVault')).toBe(
      'aws backup create-backup-vault --backup-vault-name chat-prod --region eu-west-1 --encryption-key-arn KEY_IN_THAT_REGION',
    );
  });

  it('admits the applications of the plan to both databases', () => {
    const admitted = closed
      .properties('AWS::EC2::SecurityGroup')
      .flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress as Properties[])
      .filter(({ CidrIp }) => CidrIp === '10.60.0.0/16')
      .map(({ FromPort }) => FromPort);
    expect(admitted.sort()).toEqual([27017, 5432]);
  });

  it('describes its outputs in plain text, which alone CloudFormation takes', () => {
    const described = Object.values(closed.template.Outputs as Record<string, Properties>);
    expect(described.length).toBeGreaterThan(8);
    for (const { Description } of described) expect(typeof Description).toBe('string');
    expect(output('PostgresHost')).toBe(`<${ids('AWS::RDS::DBCluster')[0]}.Endpoint.Address>`);
  });

  it('copies the log of the documents where logs are copied', () => {
    const template = written(
      scaledWith({
        network: { ingress: 'internal', domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' },
        database: { documents: true },
        security: { compliance: ['hipaa'] },
      }),
    );
    const [group] = Object.entries(template.resources).flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::Logs::LogGroup' && text(Properties?.LogGroupName ?? '').startsWith('/aws/docdb/')
        ? [id]
        : [],
    );
    const copied = template
      .properties('AWS::Logs::SubscriptionFilter')
      .map(({ LogGroupName }) => text(LogGroupName));
    expect(copied).toContain(`<${group}>`);
  });

  it('has no such outputs where there is nothing to say', () => {
    const { Outputs } = written(scaledWith({ network: { tls: 'none', ingress: 'internal' } })).template;
    for (const name of ['DocumentsLogin', 'PostgresLogin', 'CopyVault'])
      expect(Outputs[name]).toBeUndefined();
    expect(text(Outputs.Remains.Value)).toContain('BackupVaultName');
  });
});

describe('a fleet without a way out', () => {
  it('has no public address anywhere', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'EIP']) expect(ids(`AWS::EC2::${type}`)).toEqual([]);
    const schemes = closed
      .properties('AWS::ElasticLoadBalancingV2::LoadBalancer')
      .map(({ Scheme }) => Scheme);
    expect(new Set(schemes)).toEqual(new Set(['internal']));
    expect(
      closed.properties('AWS::EC2::Subnet').map((one) => one.MapPublicIpOnLaunch ?? false),
    ).not.toContain(true);
  });

  it('starts no machine before the services that it calls have their addresses', () => {
    const endpoints = ids('AWS::EC2::VPCEndpoint');
    // ten services, and the bucket
    expect(endpoints).toHaveLength(10);
    const groups = closed.all('AWS::AutoScaling::AutoScalingGroup');
    expect(groups).toHaveLength(2);
    for (const { DependsOn } of groups) expect(DependsOn).toEqual(expect.arrayContaining(endpoints));
  });

  it('has every service that its permissions speak of', () => {
    const services = closed
      .properties('AWS::EC2::VPCEndpoint')
      .map(({ ServiceName }) => text(ServiceName))
      .join(' ');
    const called = Object.values(closed.resources)
      .filter(({ Type }: Resource) => Type === 'AWS::IAM::ManagedPolicy')
      .filter(({ Properties }) => JSON.stringify(Properties?.Roles).match(/Machine|Gateways|Fleet/))
      .flatMap(({ Properties }) => (Properties as Properties).PolicyDocument.Statement)
      .flatMap(({ Action }) => [Action].flat() as string[])
      .map((action) => action.split(':')[0] as string);
    expect(called.length).toBeGreaterThan(10);
    for (const prefix of new Set(called)) {
      const known = { cloudwatch: 'monitoring', kms: 's3' }[prefix] ?? prefix;
      expect(services, prefix).toContain(`.${known}`);
    }
  });
});

describe('the weights of a scaled deployment', () => {
  const machines = (imported: 'job' | 'manual') => {
    const models = ['Qwen/Qwen3-8B', 'Qwen/Qwen3-4B'];
    const store = imported === 'job' ? {} : { modelStore: { import: imported, bucket: 'our-weights' } };
    const template = written(scaledWith({ models, network: { tls: 'none', ingress: 'internal' }, ...store }));
    return ['qwen3-8b', 'qwen3-4b'].map((fleet) =>
      Object.entries(template.resources)
        .filter(
          ([id, { Type }]) =>
            Type === 'AWS::IAM::ManagedPolicy' && id.includes(`Fleet${fleet.replace('-', '')}`),
        )
        .flatMap(([, { Properties }]) => Properties?.PolicyDocument.Statement as Properties[])
        .filter(({ Action }) => [Action].flat().some((action: string) => /^s3:.*Object/.test(action)))
        .filter(({ Resource }) => JSON.stringify(Resource).includes('models/')),
    );
  };

  it('are those of its own model for each fleet', () => {
    const [large, small] = machines('job') as [Properties[], Properties[]];
    expect(large.length).toBeGreaterThan(0);
    for (const { Resource } of large) expect(text(Resource)).toContain('/models/qwen-qwen3-8b/*');
    for (const { Resource } of small) expect(text(Resource)).toContain('/models/qwen-qwen3-4b/*');
    expect(large.flatMap(({ Action }) => Action)).toContain('s3:PutObject');
  });

  it('are written by no machine where somebody uploads them', () => {
    for (const statements of machines('manual')) {
      expect(statements.flatMap(({ Action }) => Action)).toEqual(['s3:GetObject']);
    }
  });
});
