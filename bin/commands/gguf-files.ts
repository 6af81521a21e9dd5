import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type GgufHeader, readGguf } from '../../lib/catalog/gguf';
import { UserError } from '../../lib/errors';

/** A model's weights on this machine. */
export interface GgufFiles {
  /** Absolute paths, the first part first. */
  files: string[];
  bytes: number;
  header: GgufHeader;
}

const partName = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

/** Reads the file that the user names, and finds the others of a model in several files. */
export function openGguf(path: string): GgufFiles {
  const first = resolve(path);
  const header = headerOf(first);
  const files = partsOf(first, header);
  for (const file of files) mustBeReadable(file);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  return { files, bytes, header };
}

/** First files of the models in a folder; image encoders beside them are none. */
export function modelsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.gguf') && !/mmproj/i.test(name))
    .filter((name) => (partName.exec(name)?.[2] ?? '00001') === '00001')
    .sort()
    .map((name) => join(folder, name));
}

function headerOf(path: string): GgufHeader {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new UserError(`${path} is no file: name the GGUF file in it.`);
    return readGguf({
      name: path,
      bytes: status.size,
      read(offset, length) {
        const bytes = Buffer.alloc(Math.max(0, Math.min(length, status.size - offset)));
        readSync(file, bytes, 0, bytes.length, offset);
        return bytes;
      },
    });
  } finally {
    closeSync(file);
  }
}

function partsOf(first: string, { part }: GgufHeader): string[] {
  if (part.of === 1) return [first];
  const name = partName.exec(basename(first));
  const named = (number: number) =>
    join(dirname(first), `${name?.[1]}-${fiveDigits(number)}-of-${fiveDigits(part.of)}.gguf`);
  if (name === null)
    throw new UserError(
      `${first} is part ${part.number} of ${part.of}, and llama.cpp finds the others by names such as model-00001-of-${fiveDigits(part.of)}.gguf: give them back their names.`,
    );
  if (part.number !== 1)
    throw new UserError(`${first} is part ${part.number} of ${part.of}: name the first one, ${named(1)}.`);
  const all = Array.from({ length: part.of }, (_, index) => named(index + 1));
  const missing = all.filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new UserError(
      `${first} is the first of ${part.of} parts, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing beside it: download all of them.`,
    );
  return all;
}

const fiveDigits = (value: number) => String(value).padStart(5, '0');

/** The container's program has no rights over files of others. */
function mustBeReadable(file: string): void {
  if ((statSync(file).mode & 0o004) !== 0) return;
  throw new UserError(
    `${file} can be read by its owner alone, and the container runs as another user: chmod a+r ${file}`,
  );
}
