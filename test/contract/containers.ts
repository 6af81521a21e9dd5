import { parse } from 'yaml';
import type { Bundle } from '../../lib/runtime/bundle';
import { enginePort, ports } from '../../lib/runtime/layout';

/** A container as the bundle starts it. */
export interface Container {
  name: string;
  image: string;
  command: string[];
  environment: Record<string, string>;
  /** After it docker ends what has not ended itself; docker's own 10 s where nothing is written. */
  stopSeconds: number;
}

/** Every container of a bundle: a fleet of several types has a compose file for each. */
export function containers(bundle: Bundle): Container[] {
  const files = bundle.files.filter(({ path }) => /^compose\.yaml(@.+)?$/.test(path));
  if (files.length === 0) throw new Error('the bundle has no compose file');
  return files.flatMap(({ content }) =>
    Object.entries(parse(content).services as Record<string, Service>).map(([name, service]) => ({
      name,
      image: service.image,
      command: [service.entrypoint ?? [], service.command ?? []].flat().map(String),
      environment: service.environment ?? {},
      stopSeconds: Number.parseInt(service.stop_grace_period ?? '10s', 10),
    })),
  );
}

interface Service {
  image: string;
  entrypoint?: string | string[];
  command?: string | string[];
  environment?: Record<string, string>;
  stop_grace_period?: string;
}

export const gateways = (bundle: Bundle) =>
  containers(bundle).filter(({ command }) => flag(command, '--port') === ports.gateway);

export const engines = (bundle: Bundle) =>
  containers(bundle).filter(({ command }) => flag(command, '--port') === enginePort);

/** The number behind a flag; NaN without it, of which nothing is larger or smaller. */
export function flag(command: readonly string[], name: string): number {
  const place = command.indexOf(name);
  return place < 0 ? Number.NaN : Number(command[place + 1]);
}

export function contentOf(bundle: Bundle, path: string): string {
  const file = bundle.files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`the bundle has no ${path}`);
  return file.content;
}

/** Replaces text in the files of a bundle; false where it is in none. */
export function edit(bundle: Bundle, from: string | RegExp, to: string): boolean {
  let found = false;
  for (const file of bundle.files) {
    const changed = file.content.replace(from, to);
    found ||= changed !== file.content;
    file.content = changed;
  }
  return found;
}
