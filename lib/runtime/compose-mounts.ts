import { paths } from './layout';

/** A file or folder of the host that must exist: docker would make an empty folder of a missing one. */
export function mount(source: string, target: string, access: 'read-only' | 'read-write') {
  return {
    type: 'bind',
    source,
    target,
    read_only: access === 'read-only',
    bind: { create_host_path: false },
  };
}

/** Secrets reach a program through this file and not through `docker inspect` or docker's own disk. */
export const secretsMount = (name: string) => mount(`${paths.run}/${name}`, '/run/secrets/env', 'read-only');

/** Starts the program that follows with the secrets of the file as its variables. */
export const withSecrets = ['/bin/sh', '/llm/enter.sh'];
export const enterMount = mount('./enter.sh', '/llm/enter.sh', 'read-only');
