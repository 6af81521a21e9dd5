import { createColors } from 'picocolors';
import { run } from '../../bin/run';
import type { Terminal } from '../../bin/terminal';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process; what it wrote is returned instead of printed. */
export async function ran(
  argv: readonly string[],
  given: Partial<Terminal> & { input?: string } = {},
): Promise<Ran> {
  const { input = '', ...terminal } = given;
  const written = { out: '', err: '' };
  const code = await run(argv, {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    columns: 80,
    colors: createColors(false),
    errorColors: createColors(false),
    interactive: false,
    progress: false,
    stdin: async function* () {
      yield Buffer.from(input);
    },
    ...terminal,
  });
  return { code, ...written };
}

export const spec = `name: chat
cloud: aws
region: us-east-1
models: [Qwen/Qwen3-8B]
traffic: {concurrentUsers: 50}
`;
