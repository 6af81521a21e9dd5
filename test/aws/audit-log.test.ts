import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { AuditLog, type AuditLogProps } from '../../lib/aws/audit-log';
import { type Properties, partWritten, type Written } from './synthesize';

const logs = { retentionDays: 2192, retain: true };
const identity = { name: 'chat-prod' };

const made = (changes: Partial<AuditLogProps> = {}, withKey = false): Written =>
  partWritten((stack) => {
    new AuditLog(stack, 'AuditLog', {
      identity,
      logs,
      auditLog: { because: 'a law' },
      buckets: [Bucket.fromBucketName(stack, 'Weights', 'weights')],
      ...(withKey && { key: new Key(stack, 'Key') }),
      ...changes,
    });
  });
const trail = (template: Written) => template.only('AWS::CloudTrail::Trail').Properties as Properties;
const store = (template: Written) => template.only('AWS::S3::Bucket').Properties as Properties;
const selectors = (template: Written) =>
  trail(template).AdvancedEventSelectors.map(({ FieldSelectors }: Properties) =>
    Object.fromEntries(
      FieldSelectors.map(({ Field, Equals, StartsWith }: Properties) => [Field, Equals ?? StartsWith]),
    ),
  );

describe('the audit log', () => {
  it('has the events of objects in the given buckets, and reads of itself', () => {
    const template = made();
    const id = template.logicalId('AWS::S3::Bucket');
    const [own, self] = selectors(template);
    expect(own).toEqual({
      eventCategory: ['Data'],
      'resources.type': ['AWS::S3::Object'],
      'resources.ARN': ['arn:aws:s3:::weights/'],
    });
    expect(self).toEqual({
      eventCategory: ['Data'],
      'resources.type': ['AWS::S3::Object'],
      'resources.ARN': [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'Arn'] }, '/']] }],
      readOnly: ['true'],
    });
  });

  it('doubles no trail of the account: one region, no management events, no global services', () => {
    expect(trail(made())).toMatchObject({
      IsLogging: true,
      IsMultiRegionTrail: false,
      IncludeGlobalServiceEvents: false,
      EnableLogFileValidation: true,
    });
    expect(trail(made()).EventSelectors).toBeUndefined();
  });

  it('is kept for the days of the plan and stays when the stack goes', () => {
    const template = made();
    expect(store(template).LifecycleConfiguration.Rules[0].ExpirationInDays).toBe(2192);
    expect(template.only('AWS::S3::Bucket').DeletionPolicy).toBe('Retain');
    expect(template.only('AWS::Logs::LogGroup').Properties?.RetentionInDays).toBe(2192);
    expect(store(template).ObjectLockEnabled).toBeUndefined();
  });

  it.each([
    ['compliance', 'COMPLIANCE'],
    ['governance', 'GOVERNANCE'],
  ] as const)('cannot be changed before its time with a lock in %s mode', (lock, Mode) => {
    const properties = store(made({ auditLog: { lock, because: 'a law' } }));
    expect(properties.ObjectLockEnabled).toBe(true);
    expect(properties.ObjectLockConfiguration.Rule).toEqual({ DefaultRetention: { Mode, Days: 2192 } });
    expect(properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  it('uses the key of the deployment for files and group, or keys of S3', () => {
    const keyed = made({}, true);
    const arn = { 'Fn::GetAtt': [keyed.logicalId('AWS::KMS::Key'), 'Arn'] };
    expect(trail(keyed).KMSKeyId).toEqual(arn);
    const [rule] = store(keyed).BucketEncryption.ServerSideEncryptionConfiguration;
    expect(rule.ServerSideEncryptionByDefault.KMSMasterKeyID).toEqual(arn);
    expect(trail(made()).KMSKeyId).toBeUndefined();
    const [plain] = store(made()).BucketEncryption.ServerSideEncryptionConfiguration;
    expect(plain.ServerSideEncryptionByDefault.SSEAlgorithm).toBe('AES256');
  });

  it('is written by this trail alone, which begins once it may write', () => {
    const template = made();
    const { PolicyDocument } = template.only('AWS::S3::BucketPolicy').Properties as Properties;
    const admitted = PolicyDocument.Statement.filter(({ Effect }: Properties) => Effect === 'Allow');
    expect(admitted.map(({ Action }: Properties) => Action)).toEqual(['s3:GetBucketAcl', 's3:PutObject']);
    for (const { Principal, Condition } of admitted) {
      expect(Principal).toEqual({ Service: 'cloudtrail.amazonaws.com' });
      expect(JSON.stringify(Condition.StringEquals['aws:SourceArn'])).toContain(':trail/chat-prod-');
    }
    expect(template.only('AWS::CloudTrail::Trail').DependsOn).toEqual(
      expect.arrayContaining([
        template.logicalId('AWS::S3::BucketPolicy'),
        template.logicalId('AWS::IAM::ManagedPolicy'),
      ]),
    );
  });
});
