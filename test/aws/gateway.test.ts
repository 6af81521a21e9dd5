import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Gateway, type GatewayProps } from '../../lib/aws/gateway';
import { type Properties, partWritten, type Written } from './synthesize';

const props: GatewayProps = {
  modelStore: { hubTokenSecret: 'hub-token' },
  logs: { retentionDays: 30, retain: true },
  deletionProtection: true,
};

function gateway(use: (gateway: Gateway, role: Role) => void, changes: Partial<GatewayProps> = {}): Written {
  return partWritten((stack) => {
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    use(new Gateway(stack, 'Gateway', { ...props, ...changes }), role);
  });
}

const granted = (template: Written) =>
  template
    .properties('AWS::IAM::Policy')
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement) as Properties[];
const secret = (template: Written, words: RegExp) =>
  Object.entries(template.resources).find(([, { Properties }]) => words.test(Properties?.Description)) ?? [];

describe('the gateway', () => {
  it('has an operator key and a seed that Secrets Manager makes, and an application key that nobody has made yet', () => {
    const template = gateway(() => {});
    expect(secret(template, /operator/)[1]?.Properties?.GenerateSecretString.PasswordLength).toBe(48);
    expect(secret(template, /Seed/)[1]?.Properties?.GenerateSecretString.PasswordLength).toBe(48);
    const empty = secret(template, /made by the first boot/)[1]?.Properties;
    expect(empty?.GenerateSecretString).toBeUndefined();
    expect(empty?.SecretString).toBeUndefined();
  });

  it('has a second seed for engines on machines of their own, which opens nothing of the gateway', () => {
    const seeds = (engineMachines: boolean) => {
      const template = gateway((made, role) => made.grantEngineSeed(role), { engineMachines });
      const [id, own] = secret(template, /key between gateways and engines/);
      return { template, id, own };
    };
    const { template, id, own } = seeds(true);
    expect(own?.Properties?.GenerateSecretString.PasswordLength).toBe(48);
    expect(granted(template).map(({ Resource }) => Resource)).toEqual([{ Ref: id }]);
    expect(seeds(false).own).toBeUndefined();
    expect(granted(seeds(false).template)).toEqual([]);
  });

  it('keeps its secrets with the data volume that they open', () => {
    const policies = (template: Written) =>
      template.all('AWS::SecretsManager::Secret').map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies(gateway(() => {}))).toEqual(Array(3).fill('RetainExceptOnCreate'));
    expect(policies(gateway(() => {}, { deletionProtection: false }))).toEqual([
      'Delete',
      'Delete',
      'Delete',
    ]);
  });

  it('lets callers read the application key and nothing else', () => {
    const template = gateway((made, role) => made.grantInvoke(role));
    expect(granted(template)).toEqual([
      {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: { Ref: secret(template, /made by the first boot/)[0] },
      },
    ]);
  });

  it('lets the machine write the application key only', () => {
    const template = gateway((made, role) => made.grantServe(role));
    const puts = granted(template).filter(({ Action }) => Action === 'secretsmanager:PutSecretValue');
    expect(puts.map(({ Resource }) => Resource)).toEqual([
      { Ref: secret(template, /made by the first boot/)[0] },
    ]);
  });

  it("lets the machine read the user's hub token by its name", () => {
    const reads = JSON.stringify(granted(gateway((made, role) => made.grantHub(role))));
    expect(reads).toContain(':secret:hub-token-??????');
    const without = gateway((made, role) => made.grantHub(role), { modelStore: {} });
    expect(JSON.stringify(granted(without))).not.toContain('hub-token');
  });

  it('encrypts secrets and logs with a given key, which callers may then use', () => {
    const template = partWritten((stack) => {
      const key = new Key(stack, 'Key');
      const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      new Gateway(stack, 'Gateway', { ...props, key, logs: { ...props.logs, key } }).grantInvoke(role);
    });
    for (const properties of template.properties('AWS::SecretsManager::Secret')) {
      expect(properties.KmsKeyId).toBeDefined();
    }
    expect(template.only('AWS::Logs::LogGroup').Properties?.KmsKeyId).toBeDefined();
    expect(granted(template).map(({ Action }) => Action)).toContainEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]);
  });
});
