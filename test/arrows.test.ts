import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '..');

interface Violation {
  rule: { name: string };
  from: string;
}

function cruise(folder: string): { modules: { source: string }[]; violations: Violation[] } {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'lib', 'bin'];
  let text: string;
  try {
    text = execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    // it exits with the number of violations
    text = (error as { stdout: string }).stdout;
  }
  const { modules, summary } = JSON.parse(text);
  return { modules, violations: summary.violations };
}

/** A folder with the package's own settings, and these of its folders. */
function temporary(folders: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'arrows-'));
  for (const name of [...folders, 'package.json', '.dependency-cruiser.cjs']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

describe('the arrows of the architecture', () => {
  let copy: string;
  let compiled: string;

  beforeAll(() => {
    copy = temporary(['lib', 'bin']);
    for (const { file, source } of planted) write(join(copy, file), source);
    compiled = temporary([]);
    for (const file of [...sources('lib'), ...sources('bin')]) {
      const { code } = transformSync(readFileSync(join(root, file), 'utf8'), { loader: 'ts' });
      write(join(compiled, file.replace(/\.ts$/, '.js')), code);
    }
    write(join(compiled, 'lib/planted-a.js'), "import './planted-b';");
    write(join(compiled, 'lib/planted-b.js'), "import './planted-a';");
  });

  afterAll(() => {
    rmSync(copy, { recursive: true, force: true });
    rmSync(compiled, { recursive: true, force: true });
  });

  it('hold in lib and bin, of which every module was read', () => {
    const { modules, violations } = cruise(root);
    const read = modules.map(({ source }) => source);
    expect(violations.map(({ rule, from }) => `${rule.name}: ${from}`)).toEqual([]);
    const ours = [...sources('lib'), ...sources('bin')];
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter((file) => !read.includes(file))).toEqual([]);
  });

  it('make no cycle among the modules that run, but for the planted one', () => {
    const { modules, violations } = cruise(compiled);
    expect(modules.length).toBeGreaterThan(20);
    const cycles = violations.filter(({ rule }) => rule.name === 'no-cycles').map(({ from }) => from);
    expect(cycles).toEqual(['lib/planted-a.js']);
  });

  it('are checked: each planted violation is found by the rule that is meant for it', () => {
    const found = new Set(cruise(copy).violations.map(({ rule, from }) => `${rule.name}: ${from}`));
    expect(planted.filter(({ rule, file }) => !found.has(`${rule}: ${file}`))).toEqual([]);
  });
});

const planted = [
  { rule: 'arrow-catalog', file: 'lib/catalog/planted.ts', source: "import '../spec/parse';" },
  { rule: 'arrow-spec', file: 'lib/spec/planted.ts', source: "import type { Plan } from '../plan/plan';" },
  { rule: 'arrow-sizing', file: 'lib/sizing/planted.ts', source: "import { decide } from '../plan/decide';" },
  { rule: 'arrow-plan', file: 'lib/plan/planted.ts', source: "import { bill } from '../cost/bill';" },
  { rule: 'arrow-cost', file: 'lib/cost/planted.ts', source: "import '../runtime/bundle';" },
  { rule: 'arrow-report', file: 'lib/report/planted.ts', source: "import '../aws/index';" },
  { rule: 'arrow-aws', file: 'lib/aws/planted.ts', source: "import '../synth';" },
  { rule: 'clouds-do-not-decide', file: 'lib/aws/planted-facts.ts', source: "import '../catalog/gpus';" },
  { rule: 'nobody-parses-after-plan', file: 'lib/aws/planted-parse.ts', source: "import '../spec/parse';" },
  { rule: 'cdk-by-deep-path', file: 'lib/aws/planted-root.ts', source: "import { App } from 'aws-cdk-lib';" },
  { rule: 'zod-only-in-spec', file: 'lib/plan/planted-zod.ts', source: "import { z } from 'zod';" },
  { rule: 'cdk-only-in-aws', file: 'lib/cost/planted-cdk.ts', source: "import 'aws-cdk-lib/aws-ec2';" },
  { rule: 'clouds-load-late', file: 'bin/planted.ts', source: "import '../lib/aws/index';" },
  {
    rule: 'what-all-import-knows-nothing',
    file: 'lib/errors.ts',
    source: "import './plan/decide'; export const isUserError = 0;",
  },
  {
    rule: 'what-all-import-knows-nothing',
    file: 'lib/decimal.ts',
    source: "import './plan/decide'; export const decimal = 0;",
  },
  { rule: 'found', file: 'lib/plan/planted-typo.ts', source: "import './no-such-file';" },
  { rule: 'only-shipped-packages', file: 'lib/plan/planted-dev.ts', source: "import 'commander';" },
];

describe('words that stand in one place only', () => {
  it('asks which cloud it is nowhere but in lib/synth.ts', () => {
    const asking = /(===|!==|==|!=)\s*'(aws|azure|gcp)'|case '(aws|azure|gcp)'/;
    const files = [...sources('lib'), ...sources('bin')].filter((file) => file !== 'lib/synth.ts');
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => asking.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
    expect("if (spec.cloud === 'aws')").toMatch(asking);
  });

  it('keeps lib/spec/types.ts free of anything that runs, because all may import it', () => {
    const source = readFileSync(join(root, 'lib/spec/types.ts'), 'utf8');
    expect(source.length).toBeGreaterThan(1000);
    expect(transformSync(source, { loader: 'ts', minify: true }).code.trim()).toBe('');
  });
});
