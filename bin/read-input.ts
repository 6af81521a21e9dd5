import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { UserError } from '../lib/errors';
import { currentFolder } from './current-folder';
import { shellWord } from './shell-word';
import type { Terminal } from './terminal';

/** What reading needs of a terminal. */
export type InputTerminal = Pick<Terminal, 'interactive' | 'err' | 'stdin'>;

const limitMiB = 16;
const limitBytes = limitMiB * 1024 * 1024;

/** The name that messages use for `-`. */
export const standardInput = 'standard input';

/**
 * Text of a file, or of standard input for `-`; a UserError says what else the path turned out to be.
 *
 * `ifMissing` is what to do when there is no such file.
 */
export async function readInput(
  path: string,
  terminal: InputTerminal,
  ifMissing = 'Give the path of a file, or - for standard input.',
): Promise<string> {
  const bytes = path === '-' ? await readStream(terminal) : readRegular(path, ifMissing);
  const shown = displayName(path);
  if (bytes.length > limitBytes) throw new UserError(`${shown} is larger than ${limitMiB} MiB.`);
  if (bytes.includes(0))
    throw new UserError(`${shown} is not text: it holds zero bytes. Give a YAML or JSON file.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${shown} is not UTF-8 text. Save it as UTF-8.`);
  }
}

export function displayName(path: string): string {
  return path === '-' ? standardInput : path;
}

async function readStream(terminal: InputTerminal): Promise<Buffer> {
  if (terminal.interactive) terminal.err('Reading standard input; end it with Ctrl-D.\n');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of terminal.stdin()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limitBytes) break;
  }
  return Buffer.concat(chunks);
}

function readRegular(path: string, ifMissing: string): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      if (fstatSync(file).isDirectory()) throw folderError(path);
      return readUpTo(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(path, error, ifMissing);
  }
}

// in pieces and with a limit, because a path may be a device or a pipe without end
function readUpTo(file: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size <= limitBytes) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const got = readSync(file, chunk);
    if (got === 0) break;
    chunks.push(chunk.subarray(0, got));
    size += got;
  }
  return Buffer.concat(chunks);
}

function folderError(path: string): UserError {
  return new UserError(`${path} is a folder. Give the file in it that is meant.`);
}

function fileError(path: string, error: unknown, ifMissing: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UserError(
      `There is no file ${path === '' ? '""' : path}${inCurrentFolder(path)}. ${ifMissing}`,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError(
      `${path} may not be read by this user. Change its permissions: chmod u+r ${shellWord(path)}`,
    );
  }
  if (code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE') {
    return new UserError(
      'A path on the command line is no possible file name. Give the path of a file, or - for standard input.',
    );
  }
  return error;
}

/** Where a relative path was looked for. */
function inCurrentFolder(path: string): string {
  if (isAbsolute(path)) return '';
  return ` in ${currentFolder() ?? 'the current folder, which was removed'}`;
}
