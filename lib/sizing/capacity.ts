import { type MemoryFit, sequencesInPool } from './memory';
import { promptSpeed, type SteadySpeed, steadySpeed } from './speed';
import type { StepModel } from './step';

/** Limits that the gateway's users see. */
export interface ServiceLevel {
  /** 95th percentile of the time to the first token, through the gateway; for embeddings of the whole answer. */
  ttftMs: number;
  /** Mean time between tokens. */
  interTokenMs: number;
}

/**
 * Share of the predicted capacity that a plan counts on. Held against public benchmarks the prediction is
 * more than a quarter too high in few cases; see docs/sizing.md, "Margins".
 */
export const plannedShare = 0.8;

/** Milliseconds that the gateway adds to the first token: key check, routing, one more hop. */
const gatewayMilliseconds = 15;

/** Exponential tail: a 95th percentile is ln 20 = 3 means. */
const tail95 = 3;

export interface Capacity {
  /** At the largest batch that meets the service level; what one engine does alone. */
  speed: SteadySpeed;
  ttftP95Ms: number;
  limitedBy: 'memory' | 'sequences' | 'batched-tokens' | 'first-token' | 'inter-token';
}

/** Speed of one engine with `running` sequences; embeddings have prompts and no decode. */
export function speedAt(steps: StepModel, running: number, embedding: boolean): SteadySpeed {
  return embedding ? promptSpeed(steps, running) : steadySpeed(steps, running);
}

/** 95th percentile of the first token under Poisson arrivals, through the gateway, in milliseconds. */
export function ttftP95Ms(speed: SteadySpeed): number {
  return gatewayMilliseconds + speed.ttftMs + tail95 * speed.promptQueueMs;
}

/**
 * The batch with the highest rate within the service level, the smallest of those with the same rate;
 * undefined where even one sequence misses it. The rate never falls as the batch grows, so the largest batch
 * within the limits has the highest.
 */
export function capacityWithin(
  steps: StepModel,
  memory: MemoryFit,
  maxSequences: number,
  level: ServiceLevel,
  embedding: boolean,
): Capacity | undefined {
  const inPool = embedding ? maxSequences : Math.floor(sequencesInPool(steps.input, memory));
  const limit = Math.min(maxSequences, inPool);
  const meets = (running: number): boolean => missed(steps, running, level, embedding) === undefined;
  if (limit < 1 || !meets(1)) return undefined;
  let largest = 1;
  let high = limit;
  while (largest < high) {
    const middle = Math.ceil((largest + high) / 2);
    if (meets(middle)) largest = middle;
    else high = middle - 1;
  }
  const running = smallestOfSameRate(steps, largest, embedding);
  const speed = speedAt(steps, running, embedding);
  const atMost = inPool < maxSequences ? 'memory' : 'sequences';
  const limitedBy =
    running < largest
      ? 'batched-tokens'
      : largest === limit
        ? atMost
        : (missed(steps, largest + 1, level, embedding) ?? 'inter-token');
  return { speed, ttftP95Ms: ttftP95Ms(speed), limitedBy };
}

/** Where every step is full already, more sequences only wait. */
function smallestOfSameRate(steps: StepModel, largest: number, embedding: boolean): number {
  const enough = speedAt(steps, largest, embedding).requestsPerSecond * (1 - 1e-9);
  const reaches = (running: number) => speedAt(steps, running, embedding).requestsPerSecond >= enough;
  if (largest === 1 || !reaches(largest - 1)) return largest;
  let low = 1;
  let high = largest - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reaches(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** Which limit a batch misses, if any. */
export function missed(
  steps: StepModel,
  running: number,
  level: ServiceLevel,
  embedding: boolean,
): 'first-token' | 'inter-token' | undefined {
  const speed = speedAt(steps, running, embedding);
  if (ttftP95Ms(speed) > level.ttftMs) return 'first-token';
  return speed.interTokenMs > level.interTokenMs ? 'inter-token' : undefined;
}

/**
 * Running sequences of one engine at a stated rate, between 0 and `most`: the fixed point of Little's law. Requests
 * per second grow with the batch, nearly in proportion, so lines through two points lead there in a few steps
 * (regula falsi in the Illinois form: of an end that stays, half the distance counts the next time).
 */
export function runningAt(
  steps: StepModel,
  requestsPerSecond: number,
  most: number,
  embedding: boolean,
): number {
  const beyond = (running: number) =>
    speedAt(steps, running, embedding).requestsPerSecond - requestsPerSecond;
  let low = { running: 0, by: -requestsPerSecond };
  let high = { running: most, by: beyond(most) };
  if (high.by <= 0) return most;
  for (let round = 0; round < 60 && high.running - low.running > 1e-9 * most; round++) {
    const running = (low.running * high.by - high.running * low.by) / (high.by - low.by);
    const by = beyond(running);
    if (Math.abs(by) <= 1e-9 * requestsPerSecond) return running;
    if (by < 0) {
      low = { running, by };
      high = { ...high, by: high.by / 2 };
    } else {
      high = { running, by };
      low = { ...low, by: low.by / 2 };
    }
  }
  return high.running;
}
