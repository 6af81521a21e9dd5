import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../bin/commands/command';
import { ran } from './bin/fake-terminal';
import { dependencies, type Installed, install } from './package/packed';

const path = join(__dirname, '../README.md');
const readme = readFileSync(path, 'utf8');

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text]) => text as string,
  );
}

/** What a command prints for the README's own spec, from one line up to another. */
async function printed(command: string, from: string, to: string): Promise<string> {
  const { code, out } = await ran([command, '-'], { input: blocks('yaml')[0] as string });
  expect(code).toBe(0);
  const start = out.indexOf(from);
  expect(start).toBeGreaterThan(-1);
  return `${out.slice(start, out.indexOf(to, start)).trimEnd()}\n`;
}

describe('the README', () => {
  let project: Installed;

  beforeAll(() => {
    project = install([...dependencies(), 'aws-cdk-lib', 'constructs', '@types/node', 'typescript']);
  });

  afterAll(() => project.remove());

  // UPDATE_README=1 writes the output of now
  it.each([
    ['plan', 'chat-prod', 'Model '],
    ['cost', 'Total', 'List prices'],
  ])('shows what %s prints', async (command, from, to) => {
    const output = await printed(command, from, to);
    const sample = new RegExp(`(<!-- ${command} -->\n\`\`\`text\n)(.*?)(\`\`\`)`, 's');
    if (process.env.UPDATE_README) {
      const text = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        text.replace(sample, (_, before, _old, after) => before + output + after),
      );
    }
    expect(sample.exec(readFileSync(path, 'utf8'))?.[2]).toBe(output);
  });

  it('has snippets that compile against the built package', () => {
    const snippets = blocks('ts');
    expect(snippets.length).toBeGreaterThanOrEqual(3);
    mkdirSync(join(project.project, 'snippets'));
    for (const [index, text] of snippets.entries()) {
      writeFileSync(join(project.project, `snippets/${index}.ts`), text);
    }
    const config = {
      compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: ['node'] },
      include: ['snippets'],
    };
    writeFileSync(join(project.project, 'tsconfig.json'), JSON.stringify(config));
    const { code, out } = project.node(['node_modules/typescript/bin/tsc', '--project', '.']);
    expect({ code, out }).toEqual({ code: 0, out: '' });
  });

  it('names only commands, scripts and documents that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'));
    const named = [...readme.matchAll(/llm-constructs ([a-z]+) /g)].map(([, name]) => name as string);
    expect(named.filter((name) => !(name in commands))).toEqual([]);
    const run = [...readme.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name as string);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    for (const [, file = ''] of readme.matchAll(/\]\(([^)h][^)]*)\)/g)) {
      expect(readFileSync(join(__dirname, '..', file), 'utf8').length).toBeGreaterThan(0);
    }
  });
});
