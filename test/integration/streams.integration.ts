import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

/** Series that signals.py reads from the gateway. */
const gatewaySeries = [
  'litellm_proxy_total_requests_metric_total',
  'litellm_proxy_failed_requests_metric_total',
  'litellm_request_total_latency_metric_bucket',
  'litellm_llm_api_time_to_first_token_metric_bucket',
];
const streamsInFlight = 200;

describe('a generated gateway with long answers', () => {
  // the time to drain is the longest answer: far more than a slow machine needs for these streams
  const plan = planned({ timeoutSeconds: 300, keyLimits: { requestsPerMinute: 10_000 } });
  let stack: Stack;
  let client: Client;
  let signalsUrl: string;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
    const { machine } = stack;
    const health = await machine.listen(() => ({ status: 200 }));
    machine.patchSettings((settings) => {
      settings.gateway.url = stack.gateway.url;
      for (const [index, engine] of settings.engines.entries()) engine.url = stack.engine(index).url;
      settings.ports = { health: Number(new URL(health).port), signals: 0 };
    });
    machine.command('nvidia-smi', "printf '90, 20000, 23034\\n'");
    machine.command('journalctl', 'true');
    signalsUrl = (await machine.serve('signals.py')).url;
  });
  afterAll(() => stack?.remove());

  async function signals(): Promise<Record<string, number>> {
    const text = await (await fetch(`${signalsUrl}/signals`)).text();
    const fields = text.slice('llm '.length).trim().split(',');
    return Object.fromEntries(
      fields.map((field) => field.split('=')).map(([name, value]) => [name, Number(value)]),
    );
  }
  const metrics = async () => (await client.ask('/metrics/')).text;
  const counted = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${gatewaySeries[0]}{`) && line.includes('route="/v1/'))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);

  it('counts what signals.py needs, over all workers, and signals.py makes the right shares of it', async () => {
    const limitMs =
      1000 * (JSON.parse(stack.machine.read('/opt/llm/bundle/settings.json')).limits.ttftSeconds as number);
    await signals();
    const engine = stack.engine(0);
    const key = (await client.ask('/key/generate', { rpm_limit: 1 })).json.key;
    const limited = new Client(stack.gateway.url, key);
    const statuses: number[] = [];
    for (let sent = 0; sent < 6; sent++) {
      engine.behaviour = { tokens: 11, betweenTokensMs: 20, firstTokenMs: sent < 2 ? limitMs + 300 : 0 };
      statuses.push((await client.stream(`stream ${sent}`, model)).status);
    }
    engine.behaviour = {};
    for (let sent = 0; sent < 3; sent++) statuses.push((await limited.chat(`limited ${sent}`, model)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429, 429]);
    // while an engine fails and is cooled down, whatever the status: it is an error and no limit
    engine.behaviour = { status: 500 };
    const failed = [];
    for (let sent = 0; sent < 3; sent++) failed.push((await client.chat(`failing ${sent}`, model)).status);
    expect(failed).not.toContain(200);
    engine.behaviour = {};
    engine.waiting = 3;
    const sent = statuses.length + failed.length;
    const text = await until('every request is counted', async () => {
      const now = await metrics();
      return counted(now) >= sent && now;
    });
    expect(counted(text)).toBe(sent);
    for (const name of gatewaySeries) expect(text).toContain(`\n${name}{`);

    const found = await signals();
    expect(found.error_percent).toBeCloseTo((100 * failed.length) / Math.max(sent, 20), 6);
    const seconds = sent / (found.requests_per_second as number);
    expect(found.rate_limited_per_minute).toBeCloseTo((60 * 2) / seconds, 6);
    expect(found.ttft_slow_percent).toBeCloseTo((100 * 2) / 6, 6);
    expect(found.latency_slow_percent).toBe(0);
    expect(found.inter_token_ms).toBeCloseTo(20, 6);
    // six streams of eleven tokens and one answer of five
    expect(found.tokens_per_second).toBeCloseTo((6 * 11 + 5) / seconds, 6);
    expect(found.in_flight_ratio).toBeCloseTo(
      3 / (plan.decisions.models[0]?.expected.sequencesInFlight ?? 0),
      9,
    );
    expect(found.kv_cache_percent).toBe(25);
    expect(found.up).toBe(1);
    engine.waiting = 0;
  });

  it('keeps a stream open with comments while the engine is silent', async () => {
    await until('the engine is asked again', async () => (await client.chat('well?', model)).status === 200);
    stack.engine(0).behaviour = { firstTokenMs: 17_000 };
    const streamed = await client.stream('slow', model);
    expect(streamed).toMatchObject({ status: 200, done: true, error: undefined, cut: false });
    expect(streamed.comments.length).toBeGreaterThanOrEqual(1);
    expect(streamed.pieces.join('')).toContain('t0 t1 t2 t3 t4 ');
  });

  it(`cuts none of ${streamsInFlight} streams in flight when it is told to stop, takes no new one, and ends`, async () => {
    stack.engine(0).behaviour = { tokens: 20, betweenTokensMs: 1000 };
    let begun = 0;
    const streams = Array.from({ length: streamsInFlight }, (_, index) => {
      let first = true;
      const onPiece = () => {
        if (first) begun++;
        first = false;
      };
      return client.stream(`stream ${index}`, model, { onPiece });
    });
    await until('every stream has begun', () => begun === streamsInFlight, 200);
    expect(stack.engine(0).running).toBeGreaterThan(0);
    stack.gateway.terminate();
    await until('nobody is let in', async () => {
      const answer = await fetch(`${stack.gateway.url}/health/liveliness`, {
        signal: AbortSignal.timeout(5000),
      }).catch(() => undefined);
      return answer === undefined;
    });
    const running = stack.engine(0).running;
    const answers = await Promise.all(streams);
    expect(running, 'streams still in flight when the door was shut').toBeGreaterThan(0);
    expect(answers.filter(({ cut, done, error }) => cut || !done || error !== undefined).length).toBe(0);
    expect(new Set(answers.map(({ pieces }) => pieces.join('').trim().split(' ').length))).toEqual(
      new Set([20]),
    );
    expect(await stack.gateway.end()).toBe(0);
  }, 540_000);
});
