/** Little's law: requests in flight = requests per second x seconds that each one stays. */
export function requestsInFlight(
  requestsPerSecond: number,
  ttftMs: number,
  interTokenMs: number,
  outputTokens: number,
): number {
  return requestsPerSecond * requestSeconds(ttftMs, interTokenMs, outputTokens);
}

/** Seconds from the first byte sent to the last token received. */
export function requestSeconds(ttftMs: number, interTokenMs: number, outputTokens: number): number {
  return (ttftMs + interTokenMs * Math.max(0, outputTokens - 1)) / 1000;
}
