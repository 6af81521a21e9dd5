import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

/** A project in a temporary folder in which this package is installed, built from the sources of now. */
export interface Installed {
  project: string;
  /** The installed package in it. */
  folder: string;
  node(
    args: readonly string[],
    input?: string,
    env?: NodeJS.ProcessEnv,
  ): { code: number | null; out: string; err: string };
  remove(): void;
}

/** `packages` are linked from this repository's own node_modules. */
export function install(packages: readonly string[]): Installed {
  const project = mkdtempSync(join(tmpdir(), 'installed-'));
  const folder = join(project, 'node_modules/llm-constructs');
  mkdirSync(folder, { recursive: true });
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['package.json', 'README.md', 'LICENSE', ...files]) {
    if (name !== 'dist' && existsSync(join(root, name)))
      cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), join(folder, 'dist')], { cwd: root });
  for (const name of packages) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return {
    project,
    folder,
    node: (args, input = '', env = {}) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: project,
        input,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
      });
      return { code: status, out: stdout, err: stderr };
    },
    remove: () => rmSync(project, { recursive: true, force: true }),
  };
}

/** The packages that npm installs with this one. */
export function dependencies(): string[] {
  return Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies);
}
