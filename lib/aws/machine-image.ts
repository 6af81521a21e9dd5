import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { MachineDecision } from '../plan/plan';

/**
 * Deep Learning Base image: NVIDIA driver, Docker with the container toolkit, SSM agent.
 *
 * Read by CloudFormation at deploy time, so that nothing is looked up at synth.
 *
 * @see https://docs.aws.amazon.com/dlami/latest/devguide/find-dlami-id.html (2026-11)
 */
const newestImage = '/aws/service/deeplearning/ami/x86_64/base-with-single-cuda-ubuntu-24.04/latest/ami-id';

/** The image that the plan pins, or the vendor's newest at deploy time. */
export function machineImage(machine: Pick<MachineDecision, 'imageId'>): ec2.IMachineImage {
  const { imageId } = machine;
  if (imageId === undefined) {
    return ec2.MachineImage.fromSsmParameter(newestImage, { os: ec2.OperatingSystemType.LINUX });
  }
  return {
    getImage: () => ({ imageId, osType: ec2.OperatingSystemType.LINUX, userData: ec2.UserData.forLinux() }),
  };
}
