import { mount } from '../compose-mounts';

/** A mount of the cloud's compose project: always a file or folder of the host. */
export interface BindMount {
  type: 'bind';
  source: string;
  target: string;
  read_only: boolean;
  bind: { create_host_path: boolean };
}

export interface VolumeMount {
  type: 'volume';
  source: string;
  target: string;
  read_only: boolean;
}

export type Mount = BindMount | VolumeMount;

export const volumeMount = (
  source: string,
  target: string,
  access: 'read-only' | 'read-write',
): VolumeMount => ({ type: 'volume', source, target, read_only: access === 'read-only' });

/** One file of the folder that `secrets.sh` fills, as the program's variables. */
export const localSecrets = (name: string) =>
  mount(`${secretsFolder}/${name}`, '/run/secrets/env', 'read-only') as BindMount;

export const secretsFolder = './secrets';

/** Places of a cloud machine and what stands for them here; a place that is not listed is an error. */
const places: { cloud: RegExp; local: (mount: BindMount, name: string) => Mount }[] = [
  { cloud: /^\.\/(.+)$/, local: (mount) => mount },
  {
    cloud: /^\/run\/llm\/([^/]+)$/,
    local: (mount, name) => ({ ...mount, source: `${secretsFolder}/${name}` }),
  },
  {
    cloud: /^\$\{LLM_DATA\}\/(.+)$/,
    local: ({ target, read_only }, name) =>
      volumeMount(name.replaceAll('/', '-'), target, read_only ? 'read-only' : 'read-write'),
  },
];

/** The mount as it is on a machine without data volume and tmpfs of its own. */
export function localMount(mount: BindMount): Mount {
  for (const { cloud, local } of places) {
    const name = cloud.exec(mount.source)?.[1];
    if (name !== undefined) return local(mount, name);
  }
  throw new Error(`${mount.source} of the cloud's compose project has no place on a machine of your own`);
}
