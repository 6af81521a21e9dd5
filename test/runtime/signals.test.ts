import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { series } from '../../lib/plan/signals';
import { examplePlan } from './example-plan';
import { canRunPrograms, Sandbox } from './sandbox';

/** What the gateway and the engine have counted so far. */
interface Counters {
  ok: number;
  unavailable: number;
  limited: number;
  degraded: number;
  cooled: number;
  fast: number;
  answers: number;
  firstFast: number;
  first: number;
  tokens: number;
  gaps: number;
  gapSeconds: number;
}

const gatewayMetrics = (c: Counters) => `# HELP litellm_proxy_total_requests_metric_total x
litellm_proxy_total_requests_metric_total{requested_model="a",route="/v1/chat/completions",status_code="200"} ${c.ok}.0
litellm_proxy_total_requests_metric_total{requested_model="b",route="/v1/chat/completions",status_code="503"} ${c.unavailable}
litellm_proxy_total_requests_metric_total{requested_model="a",route="/v1/chat/completions",status_code="429"} ${c.limited}
litellm_proxy_total_requests_metric_total{requested_model="a",route="/v1/chat/completions",status_code="None"} ${c.cooled}
litellm_proxy_total_requests_metric_total{requested_model="degraded-answer",route="/v1/chat/completions",status_code="200"} ${c.degraded}
litellm_proxy_total_requests_metric_total{requested_model="",route="/metrics/",status_code="500"} 99999
litellm_proxy_failed_requests_metric_total{exception_class="RouterRateLimitError",exception_status="None",route="/v1/chat/completions"} ${c.cooled}
litellm_request_total_latency_metric_bucket{le="10.0",model_group="a"} 1
litellm_request_total_latency_metric_bucket{le="18.0",model_group="a"} ${c.fast}
litellm_request_total_latency_metric_bucket{le="+Inf",model_group="a"} ${c.answers}
litellm_request_total_latency_metric_count{model_group="a"} ${c.answers}
litellm_llm_api_time_to_first_token_metric_bucket{le="1.5",model_group="a \\"quoted\\", model"} ${c.firstFast}
litellm_llm_api_time_to_first_token_metric_count{model_group="a \\"quoted\\", model"} ${c.first}
`;

const engineMetrics = (c: Counters) => `vllm:num_requests_running{engine="0",model_name="qwen3-8b"} 20.0
vllm:num_requests_waiting{engine="0",model_name="qwen3-8b"} 4.0
vllm:kv_cache_usage_perc{engine="0",model_name="qwen3-8b"} 0.625
vllm:generation_tokens_total{engine="0",model_name="qwen3-8b"} ${c.tokens}
vllm:inter_token_latency_seconds_count{engine="0",model_name="qwen3-8b"} ${c.gaps}
vllm:inter_token_latency_seconds_sum{engine="0",model_name="qwen3-8b"} ${c.gapSeconds}
`;

const none: Counters = {
  ok: 0,
  unavailable: 0,
  limited: 0,
  degraded: 0,
  cooled: 0,
  fast: 0,
  answers: 0,
  firstFast: 0,
  first: 0,
  tokens: 0,
  gaps: 0,
  gapSeconds: 0,
};

describe.skipIf(!canRunPrograms)('signals of a machine', () => {
  let machine: Sandbox;
  let counters: Counters;
  let up: { gateway: boolean; engine: boolean };
  let url: string;

  beforeEach(async () => {
    machine = new Sandbox(examplePlan());
    counters = { ...none };
    up = { gateway: true, engine: true };
    const gateway = await machine.listen((request) => {
      if (!up.gateway) return { status: 502 };
      const known = request.headers.authorization === 'Bearer sk-operator';
      return known && request.url === '/metrics/' ? { text: gatewayMetrics(counters) } : { status: 401 };
    });
    const engine = await machine.listen(() =>
      up.engine ? { text: engineMetrics(counters) } : { status: 500 },
    );
    const health = await machine.listen((request) => ({
      status: request.url === '/health' && up.engine ? 200 : 503,
    }));
    machine.write('/run/llm/gateway.env', "LITELLM_MASTER_KEY='sk-operator'\n");
    machine.patchSettings((settings) => {
      settings.gateway.url = gateway;
      for (const one of settings.engines) one.url = engine;
      settings.ports = { health: Number(new URL(health).port), signals: 0 };
    });
    machine.command('nvidia-smi', "printf '90, 20000, 23034\\n70, 22800, 24000\\n'");
    machine.command(
      'journalctl',
      "printf 'NVRM: Xid (PCI:0000:31:00): 79, pid=1\\nNVRM: Xid (PCI:0000:31:00): 31\\n'",
    );
    url = (await machine.serve('signals.py')).url;
  });
  afterEach(() => machine.remove());

  async function signals(): Promise<Record<string, number>> {
    const text = await (await fetch(`${url}/signals`)).text();
    expect(text).toMatch(/^llm [a-z_]+=[-0-9.e]+(,[a-z_]+=[-0-9.e]+)*\n$/);
    const fields = text.slice('llm '.length).trim().split(',');
    return Object.fromEntries(
      fields.map((field) => field.split('=')).map(([name, value]) => [`llm_${name}`, Number(value)]),
    );
  }

  it('sends every series of the signal table, and nothing else, once there is traffic', async () => {
    await signals();
    Object.assign(counters, { ok: 10, answers: 10, first: 10, tokens: 100, gaps: 90, gapSeconds: 1 });
    expect(Object.keys(await signals()).sort()).toEqual(Object.keys(series).sort());
  });

  it('computes shares from what grew between two looks', async () => {
    counters = {
      ...none,
      ok: 500,
      answers: 400,
      fast: 100,
      first: 50,
      firstFast: 1,
      tokens: 9000,
      gaps: 800,
      gapSeconds: 99,
    };
    await signals();
    counters.ok += 85;
    counters.unavailable += 4;
    counters.cooled += 6;
    counters.limited += 5;
    counters.answers += 100;
    counters.fast += 80;
    counters.first += 40;
    counters.firstFast += 30;
    counters.tokens += 1000;
    counters.gaps += 500;
    counters.gapSeconds += 20;
    const found = await signals();
    expect(found.llm_error_percent).toBeCloseTo(10, 9);
    expect(found.llm_latency_slow_percent).toBeCloseTo(20, 9);
    expect(found.llm_ttft_slow_percent).toBeCloseTo(25, 9);
    expect(found.llm_inter_token_ms).toBeCloseTo(40, 9);
    const seconds = 100 / (found.llm_requests_per_second as number);
    expect(found.llm_tokens_per_second).toBeCloseTo(1000 / seconds, 6);
    expect(found.llm_rate_limited_per_minute).toBeCloseTo(300 / seconds, 6);
  });

  it('reads the load of engine, GPUs, kernel log and disks as they are', async () => {
    const found = await signals();
    expect(found.llm_up).toBe(1);
    expect(found.llm_in_flight_ratio).toBe(24 / 32);
    expect(found.llm_waiting_requests).toBe(4);
    expect(found.llm_kv_cache_percent).toBe(62.5);
    expect(found.llm_gpu_utilization_percent).toBe(80);
    expect(found.llm_gpu_memory_percent).toBe(95);
    expect(found.llm_gpu_xid_errors).toBe(2);
    expect(found.llm_disk_percent).toBeGreaterThan(0);
    expect(found.llm_disk_percent).toBeLessThanOrEqual(100);
    expect(found.llm_usd_per_hour).toBe(4.6016);
  });

  it('goes without what one GPU does not tell, and tells all the rest', async () => {
    machine.command('nvidia-smi', "printf '[N/A], 12000, 24000\\n40, [Unknown Error], 24000\\n'");
    const found = await signals();
    expect([found.llm_gpu_utilization_percent, found.llm_gpu_memory_percent]).toEqual([40, 50]);
    expect(found.llm_up).toBe(1);
    machine.command('nvidia-smi', "printf '[N/A], [N/A], [N/A]\\n'");
    const without = await signals();
    expect(without).not.toHaveProperty('llm_gpu_memory_percent');
    expect(without.llm_disk_percent).toBeGreaterThan(0);
  });

  it('takes a counter that fell for one that began again at zero', async () => {
    counters = { ...none, ok: 1000, unavailable: 500 };
    await signals();
    counters = { ...none, ok: 30, unavailable: 10 };
    expect((await signals()).llm_error_percent).toBeCloseTo(25, 9);
  });

  it('takes one failure in a quiet hour for no outage, and several for one', async () => {
    await signals();
    counters.unavailable += 1;
    expect((await signals()).llm_error_percent).toBeCloseTo(5, 9);
    counters.unavailable += 1;
    expect((await signals()).llm_error_percent).toBeCloseTo(10, 9);
  });

  it('still sends what it knows when gateway and engine are away', async () => {
    up = { gateway: false, engine: false };
    const found = await signals();
    expect(found.llm_up).toBe(0);
    expect(found).not.toHaveProperty('llm_error_percent');
    expect(found).not.toHaveProperty('llm_in_flight_ratio');
    expect(found.llm_usd_per_hour).toBe(4.6016);
  });

  it('counts the degraded answer as a failure, though its status is 200', async () => {
    machine.patchSettings((settings) => {
      settings.degradedModel = 'degraded-answer';
    });
    ({ url } = await machine.serve('signals.py'));
    await signals();
    counters.ok += 75;
    counters.degraded += 25;
    const found = await signals();
    expect(found.llm_error_percent).toBeCloseTo(25, 9);
  });

  it('sends no share of slow requests whose alarm is off, since nobody gave a limit', async () => {
    machine.remove();
    machine = new Sandbox(examplePlan({ monitoring: { alarms: [] } }));
    expect(JSON.parse(machine.read('/opt/llm/bundle/settings.json')).limits).toEqual({
      latencySeconds: null,
      ttftSeconds: null,
    });
  });
});
