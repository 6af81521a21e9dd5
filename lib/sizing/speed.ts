import type { StepModel } from './step';

/** One engine at a steady number of requests in flight, all of which have a place in its batch. */
export interface SteadySpeed {
  running: number;
  /** Mean time between tokens of one sequence. */
  interTokenMs: number;
  /** Median time to the first token, when a place in the batch is free. */
  ttftMs: number;
  requestsPerSecond: number;
  outputTokensPerSecond: number;
  /** What one prompt adds to the steps that it shares. */
  promptMs: number;
  /** How long the prompts of others hold up one answer, all in all. */
  interruptedMs: number;
  /** Mean wait of a prompt behind others that came at random moments. */
  promptQueueMs: number;
}

/**
 * Sequences in flight, each of which takes as many steps as its prompt has chunks and one for each further
 * token. Pipeline stages work on as many batches as there are stages, each of which passes all of them.
 */
export function steadySpeed(steps: StepModel, running: number): SteadySpeed {
  const batches = Math.min(steps.input.pipelineParallel ?? 1, running);
  const one = batchSpeed(
    steps,
    Math.max(1, running / (steps.input.pipelineParallel ?? 1)),
    Math.min(1, running),
  );
  const requestsPerSecond = one.requestsPerSecond * batches;
  return {
    ...one,
    running,
    requestsPerSecond,
    outputTokensPerSecond: requestsPerSecond * steps.input.outputTokens,
  };
}

/**
 * The scheduler gives each step `maxBatchedTokens`: one for each sequence that decodes, and what is left to
 * prompts in their order. A sequence whose prompt is not yet read decodes nothing, so the steps are full at
 * budget / (prompt + answer) admissions a step; more sequences than that only wait.
 *
 * `busyShare`: of the time in which anything is in flight.
 * @see https://docs.vllm.ai/en/latest/configuration/optimization.html (chunked prefill), 2026-11
 */
function batchSpeed(steps: StepModel, running: number, busyShare: number): SteadySpeed {
  const { outputTokens } = steps.input;
  const decodeSteps = outputTokens - 1;
  const admissions = admissionsPerStep(steps, running);
  // what one sequence sees of the others
  const others = (admissions * (running - 1)) / running;
  const decodes = 1 + others * decodeSteps;
  const chunks = chunksOf(steps, decodes);
  const decodeMs = steps.stepMs(decodes, 0);
  const mixedMs = steps.stepMs(decodes, steps.input.inputTokens / chunks);
  const promptMs = (mixedMs - decodeMs) * chunks;
  const mixedShare = others * chunks;
  const seenMs =
    mixedShare > 1
      ? steps.stepMs(decodes, others * steps.input.inputTokens)
      : between(decodeMs, mixedMs, mixedShare);
  const interruptedMs = (seenMs - decodeMs) * decodeSteps;
  const metMs = residualMs(decodeMs, mixedMs, Math.min(1, mixedShare)) - decodeMs / 2;
  // the prompt of each of the others is waited for once at most
  const share = Math.min(1, ((running - 1) * promptMs) / Math.max(1e-9, interruptedMs + metMs));
  const interTokenMs = decodeMs + (decodeSteps === 0 ? 0 : (share * interruptedMs) / decodeSteps);
  const aloneMs = steps.constants.frontEndMilliseconds + decodeMs / 2 + share * metMs + mixedMs * chunks;
  const decodingMs = interTokenMs * decodeSteps;
  // the engine's own limit: no step without work
  const stepMs = meanStepMs(steps, admissions * decodeSteps, admissions);
  const requestMs = Math.max(aloneMs + decodingMs, (running * stepMs) / admissions);
  const requestsPerSecond = (1000 * running) / requestMs;
  const room = budgetShare(steps, admissions);
  return {
    running,
    interTokenMs,
    ttftMs: requestMs - decodingMs,
    requestsPerSecond,
    outputTokensPerSecond: requestsPerSecond * outputTokens,
    promptMs,
    interruptedMs: share * interruptedMs,
    promptQueueMs: Math.max(
      queueMs(promptMs, ((requestsPerSecond * promptMs) / 1000) * busyShare),
      queueMs((room * stepMs) / admissions, room * busyShare),
    ),
  };
}

/** Prompts begun per step, which is as many as answers ended. Chunks grow with what decodes beside them. */
function admissionsPerStep({ input }: StepModel, running: number): number {
  const { inputTokens, outputTokens, maxBatchedTokens } = input;
  const decodeSteps = outputTokens - 1;
  // running = admissions x (prompt / (budget - admissions x decodeSteps) + decodeSteps), solved for admissions
  const sum = inputTokens + decodeSteps * (maxBatchedTokens + running);
  const root = Math.sqrt(Math.max(0, sum ** 2 - 4 * decodeSteps ** 2 * running * maxBatchedTokens));
  const chunked = (2 * running * maxBatchedTokens) / (sum + root);
  return Math.min(running / outputTokens, chunked, maxBatchedTokens / (inputTokens + decodeSteps));
}

/** A prompt's last, shorter chunk leaves room that the next prompt takes: no rounding up. */
function chunksOf({ input }: StepModel, decodes: number): number {
  return Math.max(1, input.inputTokens / Math.max(1, input.maxBatchedTokens - decodes));
}

/** Share of the room for prompts that is taken. */
function budgetShare({ input }: StepModel, admissions: number): number {
  const room = input.maxBatchedTokens - admissions * (input.outputTokens - 1);
  return Math.min(1, (admissions * input.inputTokens) / Math.max(1, room));
}

/** Steps that hold a prompt's chunk alternate with steps that only decode; or every step holds several prompts. */
function meanStepMs(steps: StepModel, decodes: number, admissions: number): number {
  const { inputTokens } = steps.input;
  const chunks = chunksOf(steps, decodes);
  const mixedShare = admissions * chunks;
  if (mixedShare > 1) return steps.stepMs(decodes, admissions * inputTokens);
  return between(steps.stepMs(decodes, 0), steps.stepMs(decodes, inputTokens / chunks), mixedShare);
}

function between(one: number, other: number, shareOfOther: number): number {
  return (1 - shareOfOther) * one + shareOfOther * other;
}

/** What is left of the step that an arrival meets: long ones are met more often. */
function residualMs(decodeMs: number, mixedMs: number, mixedShare: number): number {
  const square = between(decodeMs ** 2, mixedMs ** 2, mixedShare);
  return square / (2 * between(decodeMs, mixedMs, mixedShare));
}

/** Mean wait in an M/D/1 queue: random arrivals, equal service. */
function queueMs(serviceMs: number, busyShare: number): number {
  const busy = Math.min(0.95, busyShare);
  return (serviceMs * busy) / (2 * (1 - busy));
}

/** Embeddings: `running` prompts share a step, and the answer is there when the step ends. */
export function promptSpeed(steps: StepModel, running: number): SteadySpeed {
  const { inputTokens, maxBatchedTokens } = steps.input;
  const perStep = Math.max(1, Math.min(running, Math.floor(maxBatchedTokens / inputTokens)));
  const stepMs = steps.stepMs(0, perStep * inputTokens);
  const requestsPerSecond = (1000 * Math.min(running, perStep)) / stepMs;
  const waiting = Math.max(1, running / perStep);
  return {
    running,
    interTokenMs: 0,
    ttftMs: steps.constants.frontEndMilliseconds + stepMs * (waiting + 0.5),
    requestsPerSecond,
    outputTokensPerSecond: 0,
    promptMs: stepMs,
    interruptedMs: 0,
    promptQueueMs: queueMs(stepMs, Math.min(1, (requestsPerSecond * stepMs) / perStep / 1000)),
  };
}
