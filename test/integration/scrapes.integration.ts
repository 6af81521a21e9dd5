import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';

const recorded = join(__dirname, '../telemetry/recorded');
/** As in test/telemetry, whose figures are of the recorded scrapes. */
const thresholds = { 'latency-p99': 1, 'ttft-p95': 1000 };

describe('what the real gateway says on /metrics', () => {
  const plan = planned({}, { monitoring: { thresholds } });
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start(plan);
  });
  afterAll(() => stack?.remove());

  /** Without help texts, which are LiteLLM's sentences, and without what a process says of itself. */
  async function scrape(): Promise<string[]> {
    const { text } = await new Client(stack.gateway.url).ask('/metrics/');
    return text
      .split('\n')
      .filter(
        (line) => /^(# TYPE )?litellm_(proxy|request|llm|overhead)/.test(line) && !line.includes('_created'),
      );
  }

  it('has the series and labels of the scrapes that the telemetry is tested with', async () => {
    const operator = new Client(stack.gateway.url);
    const limited = (await operator.ask('/key/generate', { rpm_limit: 4 })).json.key;
    const client = new Client(stack.gateway.url, limited);
    const engine = stack.engine(0);
    const fast = async (times: number) => {
      for (let time = 0; time < times; time++) await operator.stream('hello', model);
    };
    // the first request of each worker imports what it needs
    await fast(10);
    const before = await scrape();
    await fast(12);
    engine.behaviour = { firstTokenMs: 1500 };
    for (let time = 0; time < 3; time++) await operator.stream('slow', model);
    engine.behaviour = { status: 500, refusals: 1 };
    await operator.chat('failing', model, { num_retries: 0 });
    engine.behaviour = {};
    for (let time = 0; time < 8; time++) await client.chat('too much', model);
    const after = await scrape();
    if (process.env.RECORD_SCRAPES === 'yes') {
      writeFileSync(join(recorded, 'litellm-before.txt'), `${before.join('\n')}\n`);
      writeFileSync(join(recorded, 'litellm-after.txt'), `${after.join('\n')}\n`);
    }
    const known = readFileSync(join(recorded, 'litellm-after.txt'), 'utf8').trim().split('\n');
    expect(known.length).toBeGreaterThan(50);
    expect(shapes(after)).toEqual(expect.arrayContaining(shapes(known)));
  });
});

/** Names of series with the names of their labels. */
function shapes(lines: string[]): string[] {
  const all = lines.map((line) =>
    line.startsWith('#') ? line : line.replace(/="(?:[^"\\]|\\.)*"/g, '').replace(/ [^ ]+$/, ''),
  );
  return [...new Set(all)];
}
