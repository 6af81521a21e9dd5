import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Policy packs of cdk-nag beside AwsSolutions, and the control behind each of their rules that is acknowledged here. */
interface Controls {
  'HIPAA.Security'?: string;
  'NIST.800.53.R5'?: string;
  'PCI.DSS.321'?: string;
}

const backup = { 'HIPAA.Security': '164.308(a)(7)(ii)(A)', 'NIST.800.53.R5': 'CP-9' };

/** Of each rule the control that its reason speaks to; the packs name more (cdk-nag 3.0.2, control ids in its messages). */
const rules = {
  ALBWAFEnabled: { 'NIST.800.53.R5': 'AC-4(21)', 'PCI.DSS.321': '6.6' },
  ALBHttpToHttpsRedirection: {
    'HIPAA.Security': '164.312(e)(1)',
    'NIST.800.53.R5': 'SC-8',
    'PCI.DSS.321': '4.1',
  },
  EC2EBSInBackupPlan: backup,
  EC2IMDSv2Enabled: { 'HIPAA.Security': '164.308(a)(4)(i)', 'NIST.800.53.R5': 'AC-6' },
  ELBDeletionProtectionEnabled: { 'HIPAA.Security': '164.308(a)(7)(i)', 'NIST.800.53.R5': 'CP-2' },
  ELBv2ACMCertificateRequired: {
    'HIPAA.Security': '164.312(a)(2)(iv)',
    'NIST.800.53.R5': 'SC-8(1)',
    'PCI.DSS.321': '4.1',
  },
  ElastiCacheRedisClusterAutomaticBackup: backup,
  RDSInBackupPlan: backup,
  RDSInstanceDeletionProtectionEnabled: { 'HIPAA.Security': '164.308(a)(7)(i)', 'NIST.800.53.R5': 'CP-2' },
  RDSMultiAZSupport: { 'HIPAA.Security': '164.308(a)(7)(i)', 'NIST.800.53.R5': 'CP-10' },
  S3BucketLoggingEnabled: {
    'HIPAA.Security': '164.312(b)',
    'NIST.800.53.R5': 'AU-2b',
    'PCI.DSS.321': '10.2.1',
  },
  S3BucketReplicationEnabled: {
    'HIPAA.Security': '164.308(a)(7)(ii)(A)',
    'NIST.800.53.R5': 'CP-9',
    'PCI.DSS.321': '10.5.3',
  },
  S3DefaultEncryptionKMS: {
    'HIPAA.Security': '164.312(a)(2)(iv)',
    'NIST.800.53.R5': 'SC-28(1)',
    'PCI.DSS.321': '3.4',
  },
  SecretsManagerRotationEnabled: { 'HIPAA.Security': '164.308(a)(4)(ii)(B)', 'NIST.800.53.R5': 'AC-24(1)' },
  VPCDefaultSecurityGroupClosed: {
    'HIPAA.Security': '164.312(e)(1)',
    'NIST.800.53.R5': 'SC-7(5)',
    'PCI.DSS.321': '1.2',
  },
  VPCNoUnrestrictedRouteToIGW: {
    'HIPAA.Security': '164.312(e)(1)',
    'NIST.800.53.R5': 'SC-7(5)',
    'PCI.DSS.321': '1.2',
  },
} as const satisfies Record<string, Controls>;

/** Acknowledges a rule on one construct, in each pack that has it, with the control that the reason answers. */
export function acknowledgeControl(construct: IConstruct, rule: keyof typeof rules, reason: string): void {
  for (const [pack, control] of Object.entries(rules[rule])) {
    Validations.of(construct).acknowledge({ id: `${pack}-${rule}`, reason: `${control}: ${reason}` });
  }
}

/** Why something can be deleted at once. */
export const notGuarded =
  '`reliability.deletionProtection` is off in the plan, so that a deleted stack leaves nothing to pay for';
