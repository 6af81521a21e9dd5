/**
 * Waits for a condition, never for a time: asks until the answer is true and fails with what it waited for.
 *
 * @param seconds far more than a slow machine needs; a passing test never waits that long
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  seconds = 90,
): Promise<Value> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`after ${seconds} s still not so: ${what}`);
    await pause(100);
  }
}

export const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
