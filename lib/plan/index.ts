import { readFileSync } from 'node:fs';
import { parseDeployment, parseSpec } from '../spec/parse';
import type { Deployment } from '../spec/types';
import { decide } from './decide';
import type { Plan } from './plan';

/** Plans a deployment written in TypeScript. Throws a UserError with all problems at once. */
export function plan(deployment: Deployment): Plan {
  return decide(parseDeployment(deployment));
}

/** Plans a deployment written in a YAML or JSON file. Throws a UserError with all problems, lines and columns. */
export function planFile(path: string): Plan {
  return decide(parseSpec(readFileSync(path, 'utf8'), { file: path }));
}
