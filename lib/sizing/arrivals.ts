import { type SteadySpeed, steadySpeed } from './speed';
import type { StepModel } from './step';

/**
 * A client that keeps `inFlight` requests in flight: answers of similar length end together, so prompts
 * arrive together as well and wait for each other, in one step where they fit into it, instead of holding up
 * answers. Each prompt is waited for once.
 */
export function closedLoopSpeed(steps: StepModel, inFlight: number, places: number): SteadySpeed {
  const { inputTokens, outputTokens, maxBatchedTokens } = steps.input;
  const running = Math.min(inFlight, places);
  const steady = steadySpeed(steps, running);
  const perStep = maxBatchedTokens / inputTokens;
  const before = ((running - 1) / 2) * (1 + Math.min(1, perStep / running));
  const limit = steps.constants.waveLimit * Math.max(1, Math.sqrt(perStep));
  const waveMs = Math.min(steady.interruptedMs, steady.promptMs * (before / (1 + before / limit)));
  const interTokenMs = steady.interTokenMs - (waveMs === 0 ? 0 : waveMs / (outputTokens - 1));
  return waiting({ ...steady, interTokenMs }, inFlight, waveMs, steps);
}

/** Requests that come at random moments, so many that `inFlight` are under way on average. */
export function openLoopSpeed(steps: StepModel, inFlight: number, places: number): SteadySpeed {
  const steady = steadySpeed(steps, Math.min(inFlight, places));
  return waiting(steady, inFlight, steady.promptQueueMs, steps);
}

/** Adds the wait for other prompts, and for a place in the batch where there are more requests than places. */
function waiting(steady: SteadySpeed, inFlight: number, promptsMs: number, steps: StepModel): SteadySpeed {
  const { outputTokens } = steps.input;
  const placeMs = (1000 * (inFlight - steady.running)) / steady.requestsPerSecond;
  const ttftMs = steady.ttftMs + promptsMs + placeMs;
  const seconds = (ttftMs + steady.interTokenMs * (outputTokens - 1)) / 1000;
  const requestsPerSecond = Math.min(steady.requestsPerSecond, inFlight / seconds);
  return { ...steady, ttftMs, requestsPerSecond, outputTokensPerSecond: requestsPerSecond * outputTokens };
}

/**
 * All requests sent at once: `places` of them run, the others follow as places come free. What the last of
 * them lose while the batch runs empty is not modelled: it depends on how alike the answers are.
 */
export function burstSpeed(steps: StepModel, requests: number, places: number): SteadySpeed {
  const running = Math.min(requests, places);
  const steady = steadySpeed(steps, running);
  return {
    ...steady,
    ttftMs:
      steady.ttftMs +
      (steady.promptMs * (running - 1)) / 2 +
      (1000 * (requests - running)) / steady.requestsPerSecond / 2,
  };
}
