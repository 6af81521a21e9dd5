import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, Token } from 'aws-cdk-lib/core';
import { afterAll, describe, expect, it } from 'vitest';
import { awsApp, synthesizeAws } from '../../lib/aws/app';
import { planOf } from './plan-fixture';
import { scaledPlanOf } from './scaled-fixture';

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
  it('writes the same bytes into any folder, no path of this machine, and says what to type next', async () => {
    const [first, second] = [folder(), folder()];
    const said = await synthesizeAws(planOf('internal'), { outdir: first });
    await synthesizeAws(planOf('internal'), { outdir: second });
    const written = files(first);
    expect(Object.keys(written).length).toBeGreaterThan(20);
    expect(written).toEqual(files(second));
    for (const [path, content] of Object.entries(written)) {
      for (const place of [process.cwd(), first, tmpdir()]) {
        expect(content.includes(`${place}/`), `${path} says ${place}`).toBe(false);
      }
    }

    expect(said).toEqual({
      directory: first,
      templates: ['chat-prod.template.json'],
      next: [
        'npx aws-cdk@2 bootstrap aws://123456789012/eu-central-1',
        `npx aws-cdk@2 deploy --app ${first} --all`,
      ],
    });
    expect(Object.keys(written)).toContain('chat-prod.template.json');
  });

  it('writes the same bytes for fleets too', async () => {
    const [first, second] = [folder(), folder()];
    await synthesizeAws(scaledPlanOf('public'), { outdir: first });
    await synthesizeAws(scaledPlanOf('public'), { outdir: second });
    const written = files(first);
    expect(Object.keys(written)).toContain('chat-prod.template.json');
    expect(written).toEqual(files(second));
    for (const [path, content] of Object.entries(written)) {
      for (const place of [process.cwd(), first, tmpdir()]) {
        expect(content.includes(`${place}/`), `${path} says ${place}`).toBe(false);
      }
    }
  });

  it('is one stack named like the deployment, in its region and account, guarded as planned', () => {
    const stackOf = (name: 'internal' | 'tunnel') => {
      const app = awsApp(planOf(name), { outdir: folder() });
      const stacks = app.node.children.filter((child) => Stack.isStack(child));
      expect(stacks).toHaveLength(1);
      return stacks[0] as Stack;
    };
    const guarded = stackOf('internal');
    expect(guarded.stackName).toBe('chat-prod');
    expect([guarded.account, guarded.region]).toEqual(['123456789012', 'eu-central-1']);
    expect(guarded.terminationProtection).toBe(true);
    expect(guarded.tags.tagValues()).toMatchObject({ 'llm-deployment': 'chat-prod', environment: 'prod' });
    const open = stackOf('tunnel');
    expect(open.terminationProtection).toBe(false);
    expect(Token.isUnresolved(open.account)).toBe(true);
  });
});
