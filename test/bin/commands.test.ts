import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpus } from '../../lib/catalog/gpus';
import { models } from '../../lib/catalog/models';
import { ran, spec } from './fake-terminal';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
  writeFileSync(join(folder, 'llm.yaml'), spec);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts: string[][] = [
  ['plan', '-'],
  ['cost', '-'],
  ['validate', '-'],
  ['models'],
  ['gpus'],
  ['gpus', '--region', 'us-east-1'],
  ['regions'],
  ['fit', '--model', 'Qwen/Qwen3-8B', '--gpu', 'L4'],
];

describe('text output', () => {
  it.each([60, 80, 132])('keeps every line within %d columns', async (columns) => {
    for (const argv of texts) {
      const { code, out } = await ran(argv, { input: spec, columns });
      expect(code).toBe(0);
      expect(out.length).toBeGreaterThan(0);
      expect(out.split('\n').filter((line) => line.length > columns)).toEqual([]);
    }
  });

  it('has no trailing spaces and no colours where there is no screen', async () => {
    for (const argv of texts) {
      const { out } = await ran(argv, { input: spec });
      expect(out).not.toMatch(/[ \t]\n/);
      expect(out).not.toContain('\u001b');
    }
  });

  it('cannot be made to move the cursor by a model name', async () => {
    const { out, err } = await ran(['plan', '-'], {
      input: spec.replace('Qwen/Qwen3-8B', '"a/b\\e[2J\\rc"'),
    });
    expect(`${out}${err}`).not.toContain('\u001b[2J');
  });
});

describe('--json', () => {
  it.each(texts)('%j prints one JSON document and nothing else', async (...argv) => {
    const { code, out } = await ran([...argv, '--json'], { input: spec });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toBeTypeOf('object');
  });

  it('gives the same plan for YAML, JSON and a file', async () => {
    const fromYaml = await ran(['plan', '-', '--json'], { input: spec });
    const asJson = JSON.stringify({
      name: 'chat',
      cloud: 'aws',
      region: 'us-east-1',
      models: ['Qwen/Qwen3-8B'],
      traffic: { concurrentUsers: 50 },
    });
    expect(await ran(['plan', '-', '--json'], { input: asJson })).toEqual(fromYaml);
    expect(await ran(['plan', join(folder, 'llm.yaml'), '--json'])).toEqual(fromYaml);
  });
});

describe('plan', () => {
  it('says what to type next, with the same spec', async () => {
    const path = join(folder, 'llm.yaml');
    const { out } = await ran(['plan', path]);
    expect(out).toContain(
      `Next: llm-constructs cost ${path}\n      llm-constructs synth ${path} --out out\n`,
    );
  });
});

describe('a path with spaces', () => {
  it('is quoted in the commands to type next', async () => {
    const path = join(folder, 'a b$x.yaml');
    writeFileSync(path, spec);
    const { out } = await ran(['plan', path]);
    expect(out).toContain(
      `Next: llm-constructs cost '${path}'\n      llm-constructs synth '${path}' --out out\n`,
    );
  });
});

describe('a file that does not exist', () => {
  it.each([
    [['plan', 'no.yaml'], 'Write one with: llm-constructs init no.yaml'],
    [['plan', "it's.yaml"], `Write one with: llm-constructs init 'it'\\''s.yaml'`],
    [['cost', '-', '--prices', 'no.yaml'], 'Give --prices a file of yours; docs/cost.md shows its lines.'],
    [['fit', '--input', 'no.json'], 'Give the path of a file, or - for standard input.'],
  ])('%j says what that file would be', async (argv, advice) => {
    const { code, err } = await ran(argv, { input: spec });
    expect(code).toBe(1);
    expect(err).toContain(`There is no file ${argv.at(-1)} in ${process.cwd()}. ${advice}`);
  });
});

describe('cost', () => {
  it('takes prices of the user before those of the catalogue', async () => {
    const path = join(folder, 'prices.yaml');
    writeFileSync(path, 'gpu-machine: {usd: 9, unit: hour, source: contract, asOf: 2026-11-01}\n');
    const before = JSON.parse((await ran(['cost', '-', '--json'], { input: spec })).out);
    const { code, out } = await ran(['cost', '-', '--prices', path, '--json'], { input: spec });
    expect(code).toBe(0);
    const bill = JSON.parse(out);
    const machine = bill.lines.find(({ rate }: { rate: string }) => rate === 'gpu-machine');
    expect(machine.usdPerUnit).toBe(9);
    expect(machine.source).toBe('contract');
    expect(bill.total.expectedUsd).toBeGreaterThan(before.total.expectedUsd);
  });

  it('names the line of a price that cannot be read', async () => {
    const path = join(folder, 'bad-prices.yaml');
    writeFileSync(path, 'gpu-machine: {usd: free, unit: hour, source: contract, asOf: 2026-11-01}\n');
    const { code, err } = await ran(['cost', '-', '--prices', path], { input: spec });
    expect(code).toBe(1);
    expect(err).toContain(`${path}:1:`);
  });
});

describe('the catalogue commands', () => {
  it('models lists all of them, and those that contain a text', async () => {
    const all = JSON.parse((await ran(['models', '--json'])).out);
    expect(all).toHaveLength(models().length);
    const found = JSON.parse((await ran(['models', '--search', 'QWEN3-8B', '--json'])).out);
    expect(found.map(({ id }: { id: string }) => id)).toContain('Qwen/Qwen3-8B');
    expect(found.every(({ id }: { id: string }) => id.toLowerCase().includes('qwen3-8b'))).toBe(true);
  });

  it('models refuses a task that does not exist', async () => {
    const { code, err } = await ran(['models', '--task', 'paint']);
    expect(code).toBe(1);
    expect(err).toContain('Allowed choices are chat, completion, embedding.');
  });

  it('gpus lists GPUs, and the machines of a region with their prices', async () => {
    expect(JSON.parse((await ran(['gpus', '--json'])).out)).toHaveLength(gpus().length);
    const { out } = await ran(['gpus', '--cloud', 'aws', '--region', 'us-east-1', '--gpu', 'l4', '--json']);
    const machines = JSON.parse(out);
    expect(machines.map(({ instanceType }: { instanceType: string }) => instanceType)).toContain('g6.xlarge');
    expect(new Set(machines.map(({ gpu }: { gpu: string }) => gpu))).toEqual(new Set(['L4']));
  });

  it('gpus knows regions by their names', async () => {
    const { out } = await ran(['gpus', '--cloud', 'aws', '--region', 'Frankfurt', '--json']);
    expect(new Set(JSON.parse(out).map(({ region }: { region: string }) => region))).toEqual(
      new Set(['eu-central-1']),
    );
  });

  it.each([
    [['gpus', '--gpu', 'L5'], '--gpu L5 is not in the catalogue'],
    [
      ['gpus', '--gpu', 'MI300X'],
      '--gpu MI300X is not supported: the pinned engine image is built for NVIDIA CUDA',
    ],
    [['regions', '--gpu', 'tpu v6e'], '--gpu tpu v6e is not supported: TPUs need another engine build'],
    [['gpus', '--cloud', 'aws'], '--cloud needs --region'],
    [['gpus', '--region', 'mars-1'], '--region mars-1 is no region of aws, azure, gcp'],
    [['gpus', '--cloud', 'gcp', '--region', 'sa-east-1'], '--region sa-east-1 is no region of gcp'],
    [['gpus', '--cloud', 'ovh', '--region', 'us-east-1'], '--cloud ovh is not known'],
    [['regions', '--cloud', 'ovh'], '--cloud ovh is not known. Clouds are aws, azure, gcp.'],
  ])('%s is refused', async (argv, message) => {
    const { code, err } = await ran(argv);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  it('says how to list all when nothing matches', async () => {
    expect((await ran(['models', '--search', 'no such model'])).out).toBe(
      'No model matches. All of them: llm-constructs models\n',
    );
  });

  it('regions takes a GPU, and tells which ones each region offers', async () => {
    const rows = JSON.parse((await ran(['regions', '--cloud', 'aws', '--gpu', 'L4', '--json'])).out);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.every(({ gpus: names }: { gpus: string[] }) => names.includes('L4'))).toBe(true);
    expect(rows.every(({ cloud }: { cloud: string }) => cloud === 'aws')).toBe(true);
  });
});

describe('synth', () => {
  it('quotes the folder in the commands that deploy, as text and as JSON', async () => {
    const out = join(folder, "a b/it's $x");
    const quoted = `--app '${out.replace("'", "'\\''")}' --all`;
    const { code, out: text } = await ran(['synth', '-', '--out', out, '--json'], { input: spec });
    expect(code).toBe(0);
    expect(JSON.parse(text).next[1]).toBe(`npx aws-cdk@2 deploy ${quoted}`);
    expect(existsSync(join(out, 'plan.json'))).toBe(true);
  }, 60_000);

  it('holds the bill with prices of the user against the limit, and writes nothing', async () => {
    const path = join(folder, 'dear-prices.yaml');
    writeFileSync(path, 'gpu-machine: {usd: 9, unit: hour, source: contract, asOf: 2026-11-01}\n');
    const limited = join(folder, 'limited.yaml');
    writeFileSync(limited, `${spec}\nbudget: {monthlyUsd: 2000, failSynthOverUsd: 3000}\n`);
    const out = join(folder, 'over-the-limit');
    const { code, err } = await ran(['synth', limited, '--out', out, '--prices', path]);
    expect(code).toBe(1);
    expect(err).toMatch(/the expected bill of \d{4} USD a month is over 3000/);
    expect(existsSync(out)).toBe(false);
  });

  it('stops with exit code 1 when the bill is over the limit, and writes nothing', async () => {
    const out = join(folder, 'over');
    const input = `${spec}budget: {monthlyUsd: 100, failSynthOverUsd: 200}\n`;
    const { code, err } = await ran(['synth', '-', '--out', out], { input });
    expect(code).toBe(1);
    expect(err).toContain('over 200');
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a folder of others before it plans', async () => {
    const { code, err } = await ran(['synth', 'no-such.yaml', '--out', folder]);
    expect(code).toBe(1);
    expect(err).toContain('did not write');
    expect(readFileSync(join(folder, 'llm.yaml'), 'utf8')).toBe(spec);
  });

  it('needs --out', async () => {
    const { code, err } = await ran(['synth', '-'], { input: spec });
    expect(code).toBe(1);
    expect(err).toContain("required option '--out <folder>' not specified");
  });
});
