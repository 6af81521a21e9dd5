import { mount } from './compose-mounts';
import type { Host } from './host';
import { fleetMachinePort } from './layout';

const configPath = '/llm/nginx.conf';
/** User of nginx in its image, which may open neither a low port nor a file outside of /tmp. */
const user = '101:101';
/** One passes on thousands of streams; a machine with 192 CPUs would start as many. */
const workers = 2;
/** Requests that one connection pool keeps open to an engine; more open one for themselves. */
const keptConnections = 64;

/** A balancer sees one target a machine, so several engines of a machine need one of their own. */
export const hasFront = ({ role, engines }: Host): boolean => role === 'fleet' && engines.length > 1;

/** nginx in the machine's own network, where the engines have a port each. */
export function frontService({ plan }: Host) {
  const { images, timeouts } = plan.decisions;
  if (images.front === undefined) throw new Error('the plan has several engines on a machine and no nginx');
  return {
    image: images.front,
    entrypoint: ['nginx', '-c', configPath, '-g', 'daemon off;'],
    command: [],
    user,
    network_mode: 'host',
    cap_drop: ['ALL'],
    read_only: true,
    tmpfs: ['/tmp'],
    restart: 'on-failure',
    // ends what runs first
    stop_signal: 'SIGQUIT',
    stop_grace_period: `${timeouts.answerSeconds + 30}s`,
    volumes: [mount('./nginx.conf', configPath, 'read-only')],
  };
}

/** For the health check of the machine: nginx answers it without an engine. */
export const frontContainer = { service: 'front', url: `http://127.0.0.1:${fleetMachinePort}` };

/**
 * `nginx.conf`: every request to the engine with the fewest, its answer piece by piece.
 *
 * None is ever left out: a full engine would be for seconds, and one that is gone refuses at once.
 * A full engine answers 503, and then the next one is asked, as is where a connection fails before an answer
 * began; never after a time-out, since the first may still be computing.
 */
export function frontConfig({ plan, engines }: Host): string {
  const { answerSeconds, engineKeepAliveSeconds } = plan.decisions.timeouts;
  const servers = engines.map(({ hostPort }) => `    server 127.0.0.1:${hostPort} max_fails=0;`);
  return `# Before the engines of one machine. Generated from the plan.
worker_processes ${workers};
worker_rlimit_nofile 65536;
worker_shutdown_timeout ${answerSeconds}s;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
  worker_connections 8192;
}

http {
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  access_log off;
  server_tokens off;

  upstream engines {
    # one list for all worker processes
    zone engines 64k;
    least_conn;
${servers.join('\n')}
    keepalive ${keptConnections};
    # shorter than the engine's own
    keepalive_timeout ${engineKeepAliveSeconds - 15}s;
  }

  server {
    listen ${fleetMachinePort};
    # longer than the balancer's
    keepalive_timeout ${engineKeepAliveSeconds}s;
    keepalive_requests 100000;
    # the gateway has the limits
    client_max_body_size 0;
    client_body_buffer_size 1m;

    location = /health {
      return 200 "ok\\n";
    }
    location / {
      proxy_pass http://engines;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_buffering off;
      proxy_cache off;
      proxy_connect_timeout 5s;
      proxy_send_timeout ${answerSeconds + 15}s;
      proxy_read_timeout ${answerSeconds + 15}s;
      proxy_next_upstream error http_503 non_idempotent;
      proxy_next_upstream_tries ${engines.length};
    }
  }
}
`;
}
