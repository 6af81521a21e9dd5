import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Everything a command may know of the world outside: a test gives its own. */
export interface Terminal {
  /** Results; nothing but JSON with `--json`. */
  out(text: string): void;
  /** Progress, warnings and errors. */
  err(text: string): void;
  /** Width of tables, in characters. */
  columns: number;
  colors: Colors;
  /** Of the error stream, which may be a screen while the output is a file. */
  errorColors: Colors;
  /** Someone can answer questions. */
  interactive: boolean;
  /** The error stream is a screen, which may show progress that is wiped afterwards. */
  progress: boolean;
  stdin(): AsyncIterable<Uint8Array>;
}

const defaultColumns = 80;
const narrowest = 60;
const widest = 160;

/** NO_COLOR (no-color.org) and a redirected stream turn colours off, FORCE_COLOR turns them on. */
function wantsColor(env: NodeJS.ProcessEnv, isTty: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return isTty && env.TERM !== 'dumb';
}

function tableColumns(env: NodeJS.ProcessEnv, screen: number | undefined): number {
  const wanted = screen ?? Number(env.COLUMNS ?? defaultColumns);
  return Math.min(widest, Math.max(narrowest, wanted || defaultColumns));
}

/** Node makes a stream when it is first asked for, in milliseconds: only what every command writes to is asked at once. */
export function processTerminal(): Terminal {
  const { stdout, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void process.stderr.write(text),
    columns: tableColumns(env, stdout.columns),
    colors: createColors(wantsColor(env, stdout.isTTY)),
    get errorColors() {
      return createColors(wantsColor(env, process.stderr.isTTY));
    },
    get interactive() {
      return Boolean(process.stdin.isTTY && stdout.isTTY) && !env.CI;
    },
    get progress() {
      return Boolean(process.stderr.isTTY) && env.TERM !== 'dumb';
    },
    stdin: () => process.stdin,
  };
}
