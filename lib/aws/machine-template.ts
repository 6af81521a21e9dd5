import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { machineImage } from './machine-image';
import type { MachineRole } from './machine-role';

export interface MachineTemplateProps {
  readonly instanceType: string;
  /** @default - the vendor's newest at deploy time */
  readonly imageId?: string | undefined;
  readonly machineRole: MachineRole;
  readonly securityGroup: ec2.ISecurityGroup;
  /** At most 16 KiB. */
  readonly userData: string;
  readonly rootGiB: number;
  /** @default - 125, what each gp3 disk includes */
  readonly rootThroughputMiBps?: number;
  /**
   * Whether containers call AWS with the identity of the machine.
   *
   * @default false - only the machine itself can have its credentials
   */
  readonly identityInContainers?: boolean | undefined;
  /**
   * Whether each machine is bought as a spot one; a group that mixes says so itself.
   *
   * @default false
   */
  readonly spot?: boolean;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/** How a machine starts: metadata by token, encrypted root disk, no SSH key, no public address. */
export function machineTemplate(scope: Construct, props: MachineTemplateProps): ec2.LaunchTemplate {
  const { key } = props;
  return new ec2.LaunchTemplate(scope, 'LaunchTemplate', {
    instanceType: new ec2.InstanceType(props.instanceType),
    machineImage: machineImage(props),
    // its permissions are one managed policy; CDK would add an inline one for the signal
    role: props.machineRole.role.withoutPolicyUpdates(),
    securityGroup: props.securityGroup,
    userData: ec2.UserData.custom(props.userData),
    requireImdsv2: true,
    // containers are one hop behind the machine, but for those in its own network
    httpPutResponseHopLimit: props.identityInContainers ? 2 : 1,
    detailedMonitoring: true,
    ebsOptimized: true,
    blockDevices: [
      {
        deviceName: '/dev/sda1',
        volume: ec2.BlockDeviceVolume.ebs(props.rootGiB, {
          volumeType: ec2.EbsDeviceVolumeType.GP3,
          ...(props.rootThroughputMiBps !== undefined && { throughput: props.rootThroughputMiBps }),
          encrypted: true,
          deleteOnTermination: true,
          ...(key && { kmsKey: key }),
        }),
      },
    ],
    ...(props.spot && { spotOptions: { requestType: ec2.SpotRequestType.ONE_TIME } }),
  });
}
