import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from '../../lib/plan/signals';
import { planned } from '../integration/plans';
import { Sandbox } from '../runtime/sandbox';

export const recordedFolder = join(__dirname, 'recorded');
const recorded = (name: string) => readFileSync(join(recordedFolder, name), 'utf8');

/** The plan whose gateway was recorded (test/integration/scrapes.integration.ts): the limits are edges of its histograms. */
export const plan = planned({}, { monitoring: { thresholds: { 'latency-p99': 1, 'ttft-p95': 1000 } } });

/** A machine whose gateway and engine answer with recorded scrapes, GPUs and kernel log with fixed lines. */
export class ScrapedMachine {
  readonly machine = new Sandbox(plan);
  /** Which of the two scrapes; the second one has what happened in between. */
  moment: 'before' | 'after' = 'before';
  url = '';

  async start(): Promise<void> {
    const { machine } = this;
    const gateway = await machine.listen(({ url }) =>
      url === '/metrics/' ? { text: recorded(`litellm-${this.moment}.txt`) } : { status: 404 },
    );
    const engine = await machine.listen(({ url }) =>
      url === '/metrics' ? { text: recorded(`vllm-${this.moment}.txt`) } : { status: 404 },
    );
    const health = await machine.listen(() => ({ status: 200 }));
    machine.write('/run/llm/gateway.env', "LITELLM_MASTER_KEY='sk-operator'\n");
    const path = '/opt/llm/bundle/settings.json';
    const settings = JSON.parse(machine.read(path));
    const engines = settings.engines.map((one: object) => ({ ...one, url: engine, sequencesInFlight: 32 }));
    const ports = { health: Number(new URL(health).port), signals: 0 };
    const changed = { ...settings, gateway: { url: gateway }, engines, ports, usdPerHour: 1.5 };
    machine.write(path, JSON.stringify(changed));
    machine.command('nvidia-smi', "printf '90, 20000, 25000\\n70, 23750, 25000\\n'");
    machine.command('journalctl', "printf 'NVRM: Xid (PCI:0000:31:00): 79, pid=1\\n'");
    this.url = (await machine.serve('signals.py')).url;
  }

  remove(): void {
    this.machine.remove();
  }
}

/** Of the machine that runs the test, or of the time between two looks: any value. */
export const uncertain: readonly Series[] = [
  'llm_disk_percent',
  'llm_requests_per_second',
  'llm_tokens_per_second',
  'llm_rate_limited_per_minute',
];
