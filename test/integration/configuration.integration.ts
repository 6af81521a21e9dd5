import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { images } from '../../lib/catalog/images';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { bundle } from '../../lib/runtime/bundle';
import { Child } from './child';
import { generated } from './generated';
import { planned } from './plans';
import { required } from './required';

const plans: Record<string, SingleServerPlan> = {
  'every option': planned(
    {
      aliases: { 'gpt-4o': 'qwen3-8b' },
      responseCache: { ttlSeconds: 60 },
      promptRetentionDays: 7,
      routing: 'least-busy',
      keyLimits: { requestsPerMinute: 10, tokensPerMinute: 1000, budgetUsdPerMonth: 5 },
    },
    { models: [{ source: 'Qwen/Qwen3-8B', rateLimit: { requestsPerMinute: 10, tokensPerMinute: 900 } }] },
  ),
  'no cache': planned({}, { cache: 'none' }),
  'content filter': planned({ guardrail: true, piiMasking: true }),
};
const plan = (name: string) => plans[name] as SingleServerPlan;
const config = (name: string) => generated(plan(name), 'litellm.yaml');
const warning = 'is not a valid argument';

describe('the list of pitfalls that the lane prints', () => {
  const lines = readFileSync('scripts/verify/gateway-pitfalls.txt', 'utf8').trim().split('\n').slice(1);
  it.each(lines)('names a test that there is: %s', (line) => {
    const [, place = ''] = line.split(' | ');
    const [file = '', title = ''] = place.split(/: (.*)/);
    if (file === 'not here') return;
    const path = file.includes('/') ? file : join(__dirname, `${file}.integration.ts`);
    expect(title).not.toBe('');
    expect(readFileSync(path, 'utf8')).toContain(title);
  });
});

describe("LiteLLM's own check of the generated configuration", () => {
  let folder: string;
  const children: Child[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'llm-config-'));
  });
  afterAll(async () => {
    await Promise.all(children.map((child) => child.kill()));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Exit code and log; the log level is that at which LiteLLM says which keys it ignores. */
  async function checked(name: string, text: string, about: SingleServerPlan) {
    const own = join(folder, name);
    mkdirSync(own);
    // the callbacks, which LiteLLM loads from beside its configuration
    for (const file of bundle(about, 'aws').files)
      if (/^[^/]+\.py$/.test(file.path)) writeFileSync(join(own, file.path), file.content);
    const path = join(own, 'litellm.yaml');
    writeFileSync(path, text);
    const program = join(required('LITELLM_FOLDER'), 'bin/litellm');
    const child = new Child(name, [program, '--config', path, '--validate_config'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        LITELLM_LOG: 'WARNING',
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        LITELLM_MASTER_KEY: 'sk-operator-of-the-tests',
        ENGINE_API_KEY: 'engine',
        LLM_GUARDRAIL_ID: 'filterofthetest',
        LLM_GUARDRAIL_VERSION: '1',
        REDIS_HOST: '127.0.0.1',
        REDIS_PORT: '1',
        REDIS_PASSWORD: 'none',
      },
    });
    children.push(child);
    const exit = await child.end();
    return { exit, log: child.log };
  }

  it('runs the version whose image the catalogue pins', async () => {
    const python = join(required('LITELLM_FOLDER'), 'bin/python');
    const child = new Child('python', [
      python,
      '-c',
      "from importlib.metadata import version as v; print(v('litellm'))",
    ]);
    expect(await child.end()).toBe(0);
    expect(child.log.trim()).toBe(images.gateway.version);
  });

  it('passes, and no key is ignored; a misspelt one would be noticed', async () => {
    const misspelt = config('every option').replace('  allowed_fails:', '  alowed_fails:');
    const outcomes = await Promise.all([
      ...Object.keys(plans).map((name) => checked(name.replace(' ', '-'), config(name), plan(name))),
      checked('misspelt', misspelt, plan('every option')),
    ]);
    const noticed = outcomes.map(({ exit, log }) => [
      exit,
      log.includes(warning),
      log.includes(`'alowed_fails' ${warning}`),
    ]);
    expect(noticed).toEqual([
      [0, false, false],
      [0, false, false],
      [0, false, false],
      [0, true, true],
    ]);
  }, 300_000);
});
