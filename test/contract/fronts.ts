import type { Bundle } from '../../lib/runtime/bundle';

/** Seconds that an nginx before the engines of a machine waits: one for each type with several engines. */
export interface Front {
  name: string;
  /** For the next request of the balancer. */
  idleSeconds: number;
  /** For the next request to an engine. */
  upstreamIdleSeconds: number;
  /** For the next piece of an answer. */
  readSeconds: number;
}

export function fronts(bundle: Bundle): Front[] {
  return bundle.files
    .filter(({ path }) => /^nginx\.conf(@.+)?$/.test(path))
    .map(({ path, content }) => {
      const [upstream = '', server = ''] = content.split(/^\s*server \{$/m);
      return {
        name: path,
        idleSeconds: secondsOf(server, 'keepalive_timeout'),
        upstreamIdleSeconds: secondsOf(upstream, 'keepalive_timeout'),
        readSeconds: secondsOf(server, 'proxy_read_timeout'),
      };
    });
}

/** NaN where nobody wrote it. */
const secondsOf = (text: string, directive: string): number =>
  Number(new RegExp(`^\\s*${directive} (\\d+)s;$`, 'm').exec(text)?.[1] ?? Number.NaN);
