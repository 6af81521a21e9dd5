import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decimal } from '../lib/decimal';
import type { FleetDecision } from '../lib/plan/plan';
import { ran } from './bin/fake-terminal';

const root = join(__dirname, '../examples');
const examples = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
/** Examples that show something else than a form of their cloud. */
const variants: Record<string, string> = { 'aws-managed-only': 'managed-only', 'aws-private': 'private' };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('finds examples', () => {
  expect(examples.map(({ name }) => name)).toEqual([
    'aws-managed-only',
    'aws-private',
    'aws-scaled',
    'aws-single-server',
  ]);
});

describe.each(examples.map(({ name }) => name))('the example %s', (name) => {
  const spec = join(root, name, 'llm.yaml');

  it('has a README that names its spec', () => {
    expect(readFileSync(join(root, name, 'README.md'), 'utf8')).toContain('llm.yaml');
  });

  it('is planned and priced', async () => {
    const plan = JSON.parse((await ran(['plan', spec, '--json'])).out);
    const { name: form } = plan.decisions.architecture;
    expect([`${plan.spec.cloud}-${form}`, `${plan.spec.cloud}-${variants[name]}`]).toContain(name);
    if (variants[name] !== undefined) expect(form).toBe('scaled');
    const { total } = JSON.parse((await ran(['cost', spec, '--json'])).out);
    expect(total.expectedUsd).toBeGreaterThan(100);
    const [low, expected, high] = [total.lowUsd, total.expectedUsd, total.highUsd].map((usd) =>
      decimal(usd, 0),
    );
    const price = `USD ${expected} a month (${low} to ${high})`;
    const path = join(root, name, 'README.md');
    // UPDATE_EXAMPLES=1 writes the price of now
    if (process.env.UPDATE_EXAMPLES) {
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(/USD [\d,]+ a month \([\d,]+ to [\d,]+\)/, price));
    }
    const readme = readFileSync(path, 'utf8');
    expect(readme).toContain(price);
    const { machine, gatewayGroup, fleets = [] } = plan.decisions;
    const planned = [machine, gatewayGroup, ...fleets.map(({ machines }: FleetDecision) => machines[0])];
    for (const type of planned.filter(Boolean)) expect(readme).toContain(`\`${type.instanceType}\``);
  });

  it('is synthesized, with every template that is announced', async () => {
    const out = join(folder, name);
    const { code, out: text, err } = await ran(['synth', spec, '--out', out, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: `writing ${out} ...\n` });
    const written = JSON.parse(text);
    expect(written.templates.length).toBeGreaterThan(0);
    for (const file of [...written.templates, written.plan, written.bill]) {
      expect(existsSync(join(out, file))).toBe(true);
    }
    expect(written.next.at(-1)).toContain(out);
  });

  it('gives the same bytes again, in another folder, and none of them names a folder of this machine', async () => {
    const again = join(folder, 'deeper', name);
    expect((await ran(['synth', spec, '--out', again])).code).toBe(0);
    const files = contents(again);
    expect(files).toEqual(contents(join(folder, name)));
    expect(files.filter(([, text]) => text.includes(join(__dirname, '..'))).map(([file]) => file)).toEqual(
      [],
    );
  });
});

function contents(of: string): [string, string][] {
  return readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(of.length + 1), readFileSync(path, 'utf8')];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
