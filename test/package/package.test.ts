import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spec } from '../bin/fake-terminal';
import { dependencies, type Installed, install } from './packed';

let whole: Installed;
let withoutCdk: Installed;
const cli = 'node_modules/llm-constructs/dist/llm-constructs.js';

beforeAll(() => {
  whole = install([...dependencies(), 'aws-cdk-lib', 'constructs']);
  withoutCdk = install([...dependencies(), 'constructs']);
});

afterAll(() => {
  whole.remove();
  withoutCdk.remove();
});

describe('the installed library', () => {
  it('gives ES modules the same names as CommonJS, from both entries', () => {
    writeFileSync(
      join(whole.project, 'names.mjs'),
      `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const names = (module) => Object.keys(module).filter((name) => !/^(default|__esModule|module.exports)$/.test(name)).sort();
const result = {};
for (const entry of ['llm-constructs', 'llm-constructs/aws']) {
  result[entry] = [names(await import(entry)), names(require(entry))];
}
console.log(JSON.stringify(result));`,
    );
    const result = JSON.parse(whole.node(['names.mjs']).out);
    for (const entry of ['llm-constructs', 'llm-constructs/aws']) {
      expect(result[entry][0]).toEqual(result[entry][1]);
    }
    expect(result['llm-constructs'][0]).toEqual(
      expect.arrayContaining(['defineDeployment', 'isUserError', 'plan']),
    );
    expect(result['llm-constructs/aws'][0]).toEqual(expect.arrayContaining(['Network', 'SingleServer']));
  });

  it('loads no cloud SDK for a plan', () => {
    const script = `const { plan } = require('llm-constructs');
plan({ name: 'chat', cloud: 'aws', region: 'us-east-1', models: ['Qwen/Qwen3-8B'], traffic: { concurrentUsers: 50 } });
console.log(Object.keys(require.cache).filter((file) => /aws-cdk-lib|constructs\\/lib/.test(file.split('llm-constructs').at(-1))).length);`;
    expect(whole.node(['-e', script])).toEqual({ code: 0, out: '0\n', err: '' });
  });

  it('mentions neither zod nor a package that is not a peer in its public types', () => {
    const read = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (read.has(file)) return;
      read.add(file);
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
        /(?:from|import\()\s*['"]([^'"]+)['"]/g,
      )) {
        if (!name.startsWith('.')) packages.add(name.split('/')[0] as string);
        else
          visit(
            [`${join(dirname(file), name)}.d.ts`, join(dirname(file), name, 'index.d.ts')].find(
              existsSync,
            ) as string,
          );
      }
    };
    for (const entry of ['index', 'aws/index']) visit(join(whole.folder, 'dist/lib', `${entry}.d.ts`));
    expect(read.size).toBeGreaterThan(20);
    expect([...packages].sort()).toEqual(['aws-cdk-lib', 'constructs']);
  });

  it('keeps aws-cdk-lib out of the types of the main entry', () => {
    const text = readFileSync(join(whole.folder, 'dist/lib/index.d.ts'), 'utf8');
    expect(text).not.toContain('aws');
  });
});

describe('the installed command', () => {
  it('plans without any other package than the bundle', () => {
    const { code, out } = withoutCdk.node([cli, 'plan', '-'], spec);
    expect(code).toBe(0);
    expect(out).toContain('chat-prod: single-server on aws, us-east-1');
  });

  it('prints the exact install line when aws-cdk-lib is missing, and leaves nothing behind', () => {
    const { code, err } = withoutCdk.node([cli, 'synth', '-', '--out', 'out'], spec);
    expect(code).toBe(1);
    expect(err).toContain('aws-cdk-lib is not installed beside llm-constructs. Install it:');
    expect(err).toMatch(/\n {2}npm install aws-cdk-lib@\^2\.\d+\.0 constructs@\^10\.\d+\.0\n$/);
    expect(existsSync(join(withoutCdk.project, 'out'))).toBe(false);
  });

  it('writes an assembly with the aws-cdk-lib of the project', () => {
    const { code, out } = whole.node([cli, 'synth', '-', '--out', 'out', '--json'], spec);
    expect(code).toBe(0);
    const { templates } = JSON.parse(out);
    expect(templates).toHaveLength(1);
    const template = JSON.parse(readFileSync(join(whole.project, 'out', templates[0]), 'utf8'));
    expect(Object.keys(template.Resources).length).toBeGreaterThan(20);
  });

  it('writes the template that the cdk app writes, of a spec named by variable or context', () => {
    const app = 'node_modules/llm-constructs/dist/bin/app.js';
    writeFileSync(join(whole.project, 'llm.yaml'), spec);
    const context = { CDK_CONTEXT_JSON: JSON.stringify({ spec: 'llm.yaml' }) };
    for (const [out, named] of Object.entries({ 'by-spec': { SPEC: 'llm.yaml' }, 'by-context': context })) {
      expect(whole.node([app], '', { ...named, CDK_OUTDIR: out })).toEqual({ code: 0, out: '', err: '' });
      const template = (folder: string) =>
        readFileSync(join(whole.project, folder, 'chat-prod.template.json'), 'utf8');
      expect(template(out)).toBe(template('out'));
    }
  });

  it.each([
    [{}, 'Which spec? Write SPEC=llm.yaml before the command, or -c spec=llm.yaml after it.\n'],
    [{ SPEC: 'nothing.yaml' }, 'There is no file nothing.yaml'],
  ])('the cdk app refuses %j without a stack', (env, message) => {
    const { code, err } = whole.node(['node_modules/llm-constructs/dist/bin/app.js'], '', env);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  it('names the program in stack traces as it is installed, not where it was built', () => {
    const compiled = readFileSync(join(whole.folder, 'dist/cli.cache'), 'latin1');
    expect(compiled).toContain('dist/cli.js');
    expect(compiled).not.toContain('dist.new-');
  });

  it.runIf(existsSync('/dev/full'))('says why the output cannot be written, without a stack', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" ${cli} models >/dev/full`], {
      cwd: whole.project,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The output cannot be written: ENOSPC: no space left on device, write\.\n$/);
  });

  it('ends quietly when the reader of a pipe goes away', () => {
    const command = `"${process.execPath}" ${cli} models | head -1; echo "\${PIPESTATUS[0]}"`;
    const out = execFileSync('bash', ['-c', command], {
      cwd: whole.project,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(out.split('\n')[1]).toBe('0');
  });

  it('has no colour in a pipe unless it is forced', () => {
    const colored = (env: Record<string, string>) =>
      execFileSync(process.execPath, [cli, 'gpus'], {
        cwd: whole.project,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...env },
      }).includes('\u001b[');
    expect(colored({})).toBe(false);
    expect(colored({ FORCE_COLOR: '1' })).toBe(true);
    expect(colored({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});

describe('the packed files', () => {
  it('are the build, the schema and the docs, and no source, test or secret', () => {
    const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: whole.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files, unpackedSize }] = JSON.parse(text);
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/llm-constructs.js',
        'dist/lib/index.d.ts',
        'schema/llm-constructs.schema.json',
        'README.md',
        'LICENSE',
      ]),
    );
    const unwanted = /(^|\/)(test|node_modules|\.env|scripts)(\/|$)|(?<!\.d)\.ts$|\.map$/;
    expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
    expect(unpackedSize).toBeLessThan(6_000_000);
  });
});
