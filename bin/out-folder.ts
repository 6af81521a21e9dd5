import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UserError } from '../lib/errors';

/** Names the files of an earlier run, so that a folder with anything else in it is never replaced. */
export const listName = 'llm-constructs.json';
/** `cdk deploy --app DIR` keeps its zipped assets here. */
const cdkCache = '.cache';

/**
 * Fills a folder whole or not at all: `write` gets a temporary sibling, which then takes the place of `target`.
 *
 * Folders named in `keep` belong to the user: they are neither foreign nor replaced.
 * Throws a UserError when `target` is a file, cannot be written, or holds files that no earlier run wrote.
 */
export async function writeFolder(
  target: string,
  write: (folder: string) => Promise<void>,
  keep: readonly string[] = [],
): Promise<void> {
  refuseForeign(target, keep);
  const full = existsSync(target) ? realpathSync(target) : resolve(target);
  const temporary = temporaryBeside(target, full);
  const stop = () => {
    rmSync(temporary, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await write(temporary);
    writeFileSync(join(temporary, listName), listOf(temporary));
    takePlace(temporary, full, keep);
  } catch (error) {
    throw writeError(target, error);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Refuses a target that must not be replaced, before any work is done. */
export function refuseForeign(target: string, keep: readonly string[] = []): void {
  const foreign = foreignFiles(target, [cdkCache, ...keep]);
  if (foreign.length === 0) return;
  const shown =
    foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ` and ${foreign.length - 3} more` : '');
  throw new UserError(
    `${target} holds files that llm-constructs did not write (${shown}). ` +
      'Give --out a new or empty folder, or move them away.',
  );
}

function foreignFiles(target: string, allowed: readonly string[]): string[] {
  const folder = resolve(target);
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (!found.isDirectory()) throw new UserError(`${target} is a file. Give --out a folder.`);
    const ours = new Set(readList(folder));
    return filesIn(folder).filter(
      (file) => !ours.has(file) && !allowed.includes(file.split('/')[0] as string),
    );
  } catch (error) {
    throw writeError(target, error);
  }
}

function readList(folder: string): string[] {
  const file = join(folder, listName);
  if (!existsSync(file)) return [];
  try {
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as { files?: unknown };
    return Array.isArray(files) ? [listName, ...files.map(String)] : [];
  } catch {
    // an unreadable list owns nothing: everything in the folder counts as foreign
    return [];
  }
}

function listOf(folder: string): string {
  return `${JSON.stringify({ writtenBy: 'llm-constructs', files: filesIn(folder) }, null, 2)}\n`;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();
}

function temporaryBeside(target: string, full: string): string {
  try {
    mkdirSync(dirname(full), { recursive: true });
    const temporary = join(dirname(full), `.${basename(full)}-${process.pid}-${Date.now()}`);
    mkdirSync(temporary);
    return temporary;
  } catch (error) {
    throw writeError(target, error);
  }
}

function takePlace(temporary: string, full: string, keep: readonly string[]): void {
  const old = `${temporary}-old`;
  if (existsSync(full)) renameSync(full, old);
  try {
    renameSync(temporary, full);
  } catch (error) {
    if (existsSync(old)) renameSync(old, full);
    throw error;
  }
  for (const name of keep) {
    if (existsSync(join(old, name))) renameSync(join(old, name), join(full, name));
  }
  rmSync(old, { recursive: true, force: true });
}

const reasons: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  EBUSY: 'the folder is in use or a mount point; give a folder inside it',
  ENAMETOOLONG: 'the name is too long',
};

/** The user's fault where the file system says so; anything else is passed on. */
export function writeError(target: string, error: unknown): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason ? new UserError(`${target} cannot be written: ${reason}. Nothing was changed.`) : error;
}
