import type { TimeoutsDecision } from './plan';

/** What the machine does before it answers; sources in docs/decisions/002-boot-time.md. */
const seconds = {
  bootAndDriver: 120,
  /** 15-20 GB engine image: 4 to 6 minutes (AWS machine learning blog, 2026-06). */
  imagePull: 360,
  /** Compile and graph capture on the first start; cached on the data disk afterwards. */
  compile: 240,
};
/** One stream of files from the hub. */
const hubMiBps = 100;
/** Parallel reads from a bucket in the same region, limited by the smallest GPU machines' network. */
const bucketMiBps = 250;

/** ALB deregistration delay ends at 3600 s, which draining needs above the longest answer. */
export const longestAnswerSeconds = 3540;

/** Timeouts that grow along the path, so that no hop gives up before the one behind it. */
export function timeouts(request: {
  answerSeconds: number;
  ttftMs: number;
  weightsGiB: number;
  diskMiBps: number;
}): TimeoutsDecision {
  const { answerSeconds } = request;
  const loadSeconds = bootSeconds({ ...request, imports: true });
  const bootGraceSeconds = Math.max(1800, 2 * loadSeconds);
  const balancerIdleSeconds = answerSeconds + 60;
  return {
    answerSeconds,
    streamSilenceSeconds: Math.min(answerSeconds, Math.max(60, Math.ceil((10 * request.ttftMs) / 1000))),
    balancerIdleSeconds,
    gatewayKeepAliveSeconds: balancerIdleSeconds + 15,
    engineKeepAliveSeconds: balancerIdleSeconds + 30,
    drainSeconds: answerSeconds + 30,
    loadSeconds,
    bootGraceSeconds,
    because:
      `an answer may take ${answerSeconds} s, so every hop in front waits longer and draining lasts ${answerSeconds + 30} s; ` +
      `the first boot (images, ${request.weightsGiB.toFixed(1)} GiB of weights from the hub, compile) takes about ` +
      `${Math.round(loadSeconds / 60)} min, so health counts after ${Math.round(bootGraceSeconds / 60)} min`,
  };
}

/** From the start of a machine to its first answer, in whole minutes; `imports`: it copies the weights from the hub. */
export function bootSeconds(request: { weightsGiB: number; diskMiBps: number; imports: boolean }): number {
  const weightsMiB = request.weightsGiB * 1024;
  const imported = request.imports ? weightsMiB / hubMiBps : 0;
  return wholeMinutes(
    seconds.bootAndDriver +
      seconds.imagePull +
      seconds.compile +
      imported +
      weightsMiB / bucketMiBps +
      weightsMiB / request.diskMiBps,
  );
}

const wholeMinutes = (value: number) => Math.ceil(value / 60) * 60;
