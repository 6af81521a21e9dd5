import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { awsApp, synthesizeAws } from '../../lib/aws/app';
import { planOf } from './plan-fixture';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'aws-app-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

/** Every file below a folder with its bytes. */
function files(root: string, below = ''): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(join(root, below)).map((name) => {
      const path = join(below, name);
      return statSync(join(root, path)).isDirectory()
        ? files(root, path)
        : { [path]: readFileSync(join(root, path), 'utf8') };
    }),
  );
}

describe('the AWS app', () => {
  it('writes the same bytes into any folder, and no path of this machine', async () => {
    const [first, second] = [folder(), folder()];
    await synthesizeAws(planOf('internal'), { outdir: first });
    await synthesizeAws(planOf('internal'), { outdir: second });
    const written = files(first);
    expect(Object.keys(written).length).toBeGreaterThan(20);
    expect(written).toEqual(files(second));
    for (const [path, content] of Object.entries(written)) {
      for (const place of [process.cwd(), first, tmpdir(), join(tmpdir(), 'llm-bundle')]) {
        if (place !== '/') expect(content.includes(`${place}/`), `${path} says ${place}`).toBe(false);
      }
    }
  });

  it('says where the templates are and what to type next', async () => {
    const outdir = folder();
    expect(await synthesizeAws(planOf('internal'), { outdir })).toEqual({
      directory: outdir,
      templates: ['chat-prod.template.json'],
      next: ['npx cdk bootstrap aws://123456789012/eu-central-1', `npx cdk deploy --app ${outdir} --all`],
    });
  });

  it('is one stack named like the deployment, in its region and account, guarded as planned', () => {
    const stackOf = (name: 'internal' | 'tunnel') => {
      const assembly = awsApp(planOf(name), { outdir: folder() }).synth();
      expect(assembly.stacks).toHaveLength(1);
      return assembly.stacks[0];
    };
    const guarded = stackOf('internal');
    expect(guarded?.stackName).toBe('chat-prod');
    expect(guarded?.environment).toMatchObject({ account: '123456789012', region: 'eu-central-1' });
    expect(guarded?.terminationProtection).toBe(true);
    expect(guarded?.tags).toMatchObject({ 'llm-deployment': 'chat-prod', environment: 'prod' });
    const open = stackOf('tunnel');
    expect(open?.terminationProtection).toBe(false);
    expect(open?.environment.account).toBe('unknown-account');
  });
});
