import { UserError } from '../errors';
import { type Installed, peerProblem } from './peers';

// Runs when it is imported, and so before the first import of a package that may be missing.
const { peerDependencies } = require('llm-constructs/package.json') as {
  peerDependencies: Record<string, string>;
};

function installed(name: string): string | undefined {
  try {
    return require(`${name}/package.json`).version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const versions: Installed = Object.fromEntries(
  Object.keys(peerDependencies).map((name) => [name, installed(name)]),
);
const problem = peerProblem(peerDependencies, versions);
if (problem !== undefined) throw new UserError(problem);
