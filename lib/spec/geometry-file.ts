import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { geometryFromConfig } from '../catalog/config-json';
import type { Geometry } from '../catalog/models';
import { isUserError } from '../errors';
import { isMap } from './expand';
import { issueAt, type PathIssue } from './path-issue';
import type { Plain } from './plain';
import { shortened, shown } from './words';

export interface FileAccess {
  /** The spec's own file; paths in it are relative to its folder, else to the current one. */
  file?: string;
  readFile?: (path: string) => string;
}

const mostCharacters = 1024 * 1024;

/** Replaces `geometry: path/to/config.json` by the values that the file holds. */
export function readGeometryFiles(spec: Plain, access: FileAccess): { value: Plain; issues: PathIssue[] } {
  if (!isMap(spec) || !Array.isArray(spec.models)) return { value: spec, issues: [] };
  const issues: PathIssue[] = [];
  const models = spec.models.map((model, index) => {
    if (!isMap(model) || typeof model.geometry !== 'string') return model;
    const read = readGeometry(model.geometry, access);
    if ('geometry' in read) return { ...model, ...read };
    issues.push(issueAt(['models', index, 'geometry'], 'known-geometry', read.problem));
    const { geometry: _, ...rest } = model;
    return rest;
  });
  return { value: { ...spec, models }, issues };
}

type Read = { geometry: Plain } | { problem: string };

function readGeometry(path: string, { file, readFile = fromDisk }: FileAccess): Read {
  const mend = "name the config.json of the model's folder, or write the values here";
  let text: string;
  try {
    text = readFile(resolve(file === undefined ? '.' : dirname(file), path));
  } catch (error) {
    return { problem: `${shown(path)} cannot be read (${shortened(reason(error))}): ${mend}` };
  }
  if (text.length > mostCharacters) {
    return {
      problem: `${shown(path)} has ${text.length} characters, a config.json has a few thousand: ${mend}`,
    };
  }
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return { problem: `${shown(path)} is not JSON: ${mend}` };
  }
  try {
    return { geometry: inSpecWords(geometryFromConfig(config, shortened(path))) };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { problem: error.message };
  }
}

/** What a file does not tell is left out; the cache follows from the rest. */
function inSpecWords({ weightsGiB, kvBytesPerTokenBf16: _, ...geometry }: Geometry): Plain {
  const told = Object.entries(geometry).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(told), weightsGib: weightsGiB };
}

function fromDisk(path: string): string {
  return readFileSync(path, 'utf8');
}

function reason(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOENT') return 'there is no such file';
  return typeof code === 'string' ? code : String(error);
}
