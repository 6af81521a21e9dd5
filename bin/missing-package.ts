import { UserError } from '../lib/errors';
import { peerDependencies } from '../package.json';

/** Turns Node's message about an optional package that is not installed into the command that installs it. */
export function explainMissingPackage(error: unknown): unknown {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (code !== 'MODULE_NOT_FOUND') return error;
  const name = /^Cannot find module '(@[^/']+\/[^/']+|[^/'.][^/']*)/.exec(message)?.[1] ?? '';
  if (!(name in peerDependencies)) return error;
  const wanted = Object.entries(peerDependencies).map(([peer, range]) => `${peer}@${range}`);
  return new UserError(
    `${name} is not installed beside llm-constructs. Install it:\n  npm install ${wanted.join(' ')}`,
  );
}
