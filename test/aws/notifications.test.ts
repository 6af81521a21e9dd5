import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Notifications } from '../../lib/aws/notifications';
import { type Properties, partWritten } from './synthesize';

const emails = ['ops@example.com', 'boss@example.com'];
const template = partWritten((stack) => {
  new Notifications(stack, 'Notifications', { monitoring: { emails } });
});
const keyPolicy = template.only('AWS::KMS::Key').Properties?.KeyPolicy.Statement as Properties[];

describe('notifications', () => {
  it('go to everybody in the plan', () => {
    const endpoints = template.properties('AWS::SNS::Subscription').map(({ Endpoint }) => Endpoint);
    expect(endpoints).toEqual(emails);
  });

  it('are encrypted with a key that alarms, budgets and the group may use', () => {
    expect(template.only('AWS::SNS::Topic').Properties?.KmsMasterKeyId).toEqual({
      'Fn::GetAtt': [template.logicalId('AWS::KMS::Key'), 'Arn'],
    });
    expect(keyPolicy.find(({ Sid }) => Sid === 'Alerts')?.Principal.Service).toEqual([
      'budgets.amazonaws.com',
      'cloudwatch.amazonaws.com',
    ]);
    const events = keyPolicy.find(({ Sid }) => Sid === 'GroupEvents');
    expect(JSON.stringify(events?.Condition)).toContain('AWSServiceRoleForAutoScaling');
  });

  it('take messages of this account only, over TLS only', () => {
    const policy = template.only('AWS::SNS::TopicPolicy').Properties?.PolicyDocument
      .Statement as Properties[];
    expect(policy.find(({ Sid }) => Sid === 'Alerts')?.Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    });
    expect(policy.find(({ Effect }) => Effect === 'Deny')?.Condition).toEqual({
      Bool: { 'aws:SecureTransport': 'false' },
    });
  });

  it('use a given key', () => {
    const own = partWritten((stack) => {
      const key = new Key(stack, 'Own');
      new Notifications(stack, 'Notifications', { monitoring: { emails: [] }, key });
    });
    expect(own.all('AWS::KMS::Key')).toHaveLength(1);
  });

  it('reach a web hook whose address stands in no template', () => {
    const hooked = partWritten((stack) => {
      const monitoring = { emails: [], webhookSecret: 'pager' };
      new Notifications(stack, 'Notifications', { monitoring });
    });
    expect(hooked.only('AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'https',
      Endpoint: '{{resolve:secretsmanager:pager:SecretString:::}}',
    });
  });
});
