import { describe, expect, it } from 'vitest';
import { type Facts, secretsIn } from '../contract';
import { awsFacts } from './facts';
import { planOf } from './plan-fixture';
import { type Properties, Written, writtenOf } from './synthesize';

const plan = planOf('public');

/** Facts of a template in which somebody has changed the first resource of a type. */
function spoilt(type: string, change: (properties: Properties) => void): Facts {
  const template = structuredClone(writtenOf('public').template);
  const changed = new Written(template, []);
  const [first] = changed.all(type);
  change(first?.Properties as Properties);
  return awsFacts(plan, changed);
}
const storage = (facts: Facts, id: RegExp) => facts.storage.find((store) => id.test(store.id));

describe('the reader of facts', () => {
  it('sees a port that was opened to the world', () => {
    const facts = spoilt('AWS::EC2::SecurityGroup', (group) => {
      group.SecurityGroupIngress = [{ FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }];
    });
    expect(facts.openPorts).toContainEqual({ port: 22, cidrs: ['0.0.0.0/0'] });
  });

  it('refuses to call a range of ports one port', () => {
    const opened = () =>
      spoilt('AWS::EC2::SecurityGroup', (group) => {
        group.SecurityGroupIngress = [{ FromPort: 0, ToPort: 65535, CidrIp: '0.0.0.0/0' }];
      });
    expect(opened).toThrow('a range of ports 0-65535');
  });

  it('sees what is not encrypted', () => {
    const bucket = spoilt('AWS::S3::Bucket', (properties) => {
      properties.BucketEncryption = undefined;
    });
    expect(storage(bucket, /AccessLogs/)?.encryption).toBe('none');
    const root = spoilt('AWS::EC2::LaunchTemplate', ({ LaunchTemplateData }) => {
      LaunchTemplateData.BlockDeviceMappings[0].Ebs.Encrypted = false;
    });
    expect(storage(root, /LaunchTemplate/)?.encryption).toBe('none');
    const topic = spoilt('AWS::SNS::Topic', (properties) => {
      properties.KmsMasterKeyId = undefined;
    });
    expect(storage(topic, /Notifications/)?.encryption).toBe('none');
  });

  it('sees another path that passes the balancer', () => {
    const facts = spoilt('AWS::ElasticLoadBalancingV2::ListenerRule', (rule) => {
      rule.Conditions[1].PathPatternConfig.Values = ['/*'];
    });
    expect(facts.forwarded?.paths).toEqual(['/*']);
  });

  it('sees a group that could grow, and a public address', () => {
    expect(() =>
      spoilt('AWS::AutoScaling::AutoScalingGroup', (group) => {
        group.MaxSize = '2';
      }),
    ).toThrow('a group of 1 to 2');
    const facts = spoilt('AWS::EC2::LaunchTemplate', ({ LaunchTemplateData }) => {
      LaunchTemplateData.NetworkInterfaces = [{ AssociatePublicIpAddress: true }];
    });
    expect(facts.machineHasPublicAddress).toBe(true);
  });

  it('sees what carries no tags', () => {
    const facts = spoilt('AWS::EC2::Volume', (volume) => {
      volume.Tags = undefined;
    });
    const untagged = Object.entries(facts.tags).filter(([, tags]) => Object.keys(tags).length === 0);
    expect(untagged.map(([id]) => id)).toEqual([expect.stringContaining('LlmServerData')]);
  });

  it('sees an alarm that tells nobody', () => {
    const facts = spoilt('AWS::CloudWatch::Alarm', (alarm) => {
      alarm.AlarmActions = [];
    });
    expect(facts.alarms[0]?.notifies).toBe(false);
  });
});

describe('the search for secrets', () => {
  it.each([
    'export KEY=sk-abcdefghij0123456789',
    'token: hf_abcdefghijklmnopqrstuvwxyz',
    'AKIAIOSFODNN7EXAMPLE',
    'postgresql://litellm:hunter2@db.example.com:5432/litellm',
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('finds %s', (line) => {
    expect(secretsIn(`first\n${line}\nlast`)).toHaveLength(1);
  });

  it('lets names, references and prefixes pass', () => {
    const fine = [
      "'sk-' + value",
      'arn:aws:secretsmanager:eu-central-1:123456789012:secret:hub-token-??????',
      '{{resolve:secretsmanager:pager:SecretString:::}}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell variable
      'postgresql://litellm:${PASSWORD}@db:5432/litellm',
    ];
    expect(secretsIn(fine.join('\n'))).toEqual([]);
  });
});
