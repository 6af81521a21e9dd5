import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Encryption } from '../../lib/aws/encryption';
import type { ComplianceDecision, SecurityDecision } from '../../lib/plan/plan';
import { type Properties, partWritten } from './synthesize';

const security: SecurityDecision = {
  encryption: 'customer-managed',
  deletionProtection: true,
  because: 'test',
};

describe('encryption', () => {
  it('has no key of its own where AWS manages the keys', () => {
    const template = partWritten((stack) => {
      const part = new Encryption(stack, 'Encryption', {
        security: { ...security, encryption: 'provider-managed' },
      });
      expect(part.key).toBeUndefined();
    });
    expect(template.resources).toEqual({});
  });

  it('makes a key that rotates and outlives the data it protects', () => {
    const template = partWritten((stack) => {
      new Encryption(stack, 'Encryption', { security });
    });
    const { Properties, DeletionPolicy } = template.only('AWS::KMS::Key');
    expect(Properties?.EnableKeyRotation).toBe(true);
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  it('lets log groups of this account, alarms and the disks of the group use the key', () => {
    const template = partWritten((stack) => {
      new Encryption(stack, 'Encryption', { security });
    });
    const statements = template.only('AWS::KMS::Key').Properties?.KeyPolicy.Statement as Properties[];
    const by = (sid: string) => statements.find(({ Sid }) => Sid === sid);
    expect(by('LogGroups')?.Principal.Service).toBe('logs.eu-central-1.amazonaws.com');
    expect(JSON.stringify(by('LogGroups')?.Condition)).toContain('arn:aws:logs:eu-central-1:');
    expect(by('Alerts')?.Principal.Service).toContain('cloudwatch.amazonaws.com');
    for (const sid of ['AutoScalingDisks', 'AutoScalingGrants']) {
      expect(JSON.stringify(by(sid)?.Condition)).toContain('AWSServiceRoleForAutoScaling');
    }
    expect(by('AutoScalingGrants')?.Condition.Bool).toEqual({ 'kms:GrantIsForAWSResource': 'true' });
  });

  it('uses the key that the plan names, or that of the caller before it', () => {
    const encryptionKey = 'arn:aws:kms:eu-central-1:123456789012:key/0123';
    partWritten((stack) => {
      const named = { ...security, encryptionKey };
      expect(new Encryption(stack, 'Named', { security: named }).key?.keyArn).toBe(encryptionKey);
      const key = new Key(stack, 'Own');
      expect(new Encryption(stack, 'Given', { security: named, key }).key).toBe(key);
    });
  });

  it('lets the services use a key of the same app, once for several deployments', () => {
    const template = partWritten((stack) => {
      const key = new Key(stack, 'Own');
      new Encryption(stack, 'First', { security, key });
      new Encryption(stack, 'Second', { security, key });
    });
    const statements = template.only('AWS::KMS::Key').Properties?.KeyPolicy.Statement as Properties[];
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      undefined,
      'LogGroups',
      'AutoScalingDisks',
      'AutoScalingGrants',
      'Alerts',
    ]);
  });

  it('lets CloudTrail encrypt the trails of this account where the plan has an audit log', () => {
    const template = partWritten((stack) => {
      const auditLog = { because: 'a law' };
      const compliance: ComplianceDecision = {
        laws: ['soc2'],
        residency: 'none',
        auditLog,
        remaining: [],
        because: '',
      };
      new Encryption(stack, 'Audited', { security, compliance });
    });
    const statements = template.only('AWS::KMS::Key').Properties?.KeyPolicy.Statement as Properties[];
    const [trail] = statements.filter(({ Sid }) => Sid === 'AuditLog');
    expect(trail?.Principal).toEqual({ Service: 'cloudtrail.amazonaws.com' });
    expect(JSON.stringify(trail?.Condition)).toContain(':cloudtrail:eu-central-1:');
  });

  it('says that the owner of another key completes its policy', () => {
    partWritten((stack) => {
      const key = Key.fromKeyArn(stack, 'Other', 'arn:aws:kms:eu-central-1:123456789012:key/0123');
      const part = new Encryption(stack, 'Encryption', { security, key });
      const said = part.node.metadata.map(({ type, data }) => `${type} ${data}`);
      expect(said).toEqual([expect.stringMatching(/^aws:cdk:info The policy of this key .*keyStatements/)]);
    });
  });
});
