import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { telegrafConfig } from '../../lib/runtime/telegraf-config';
import { type TelemetryCloud, telemetry } from '../../lib/runtime/telegraf-outputs';
import { Child } from '../integration/child';

/** The real program, as scripts/verify/telegraf.sh built it. */
export function telegrafProgram(): string {
  const path = process.env.TELEGRAF;
  if (path === undefined)
    throw new Error('TELEGRAF is not set: run these tests with npm run verify -- telegraf');
  return path;
}

/** The configuration of a cloud, as its machines have it. */
export const configuration = (cloud: TelemetryCloud) => telegrafConfig(telemetry[cloud].output);

/** Lines that a test may change: a minute is long, and addresses are others here. Any other difference is an error. */
export function hurried(text: string, signalsUrl: string, more: Record<string, string> = {}): string {
  const changes: Record<string, string> = {
    'interval = "60s"': 'interval = "2s"',
    'flush_interval = "15s"': 'flush_interval = "1s"',
    [/urls = \[.*\]/.exec(text)?.[0] ?? 'urls = ']: `urls = ["${signalsUrl}/signals"]`,
    ...more,
  };
  let changed = text;
  for (const [from, to] of Object.entries(changes)) {
    if (!changed.includes(from)) throw new Error(`the configuration no longer has ${from}`);
    changed = changed.replace(from, to);
  }
  return changed;
}

/** Telegraf with this configuration until the test ends it. */
export function startTelegraf(folder: string, config: string, env: Record<string, string>): Child {
  const file = join(folder, 'telegraf.conf');
  writeFileSync(file, config);
  return new Child('telegraf', [telegrafProgram(), '--config', file], {
    cwd: folder,
    env: { HOME: folder, PATH: process.env.PATH, ...env },
  });
}
