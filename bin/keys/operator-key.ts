import { UserError } from '../../lib/errors';
import { readInput } from '../read-input';
import type { Terminal } from '../terminal';

/** Variable that holds the operator's key; an argument would stand in the shell's history and in `ps`. */
export const keyVariable = 'LLM_MASTER_KEY';

const howTo = `The operator's key is needed, and never as an argument. On AWS, the output OperatorKey of the stack is the command that fetches it; in a folder of \`compose\` it is secrets/operator_key:
  export ${keyVariable}=$(cat secrets/operator_key)
or give --master-key-stdin and pipe it in.`;

/** The operator's key as the gateway knows it: a value without `sk-` gets one, as on the machine. */
export async function operatorKey(
  options: { masterKeyStdin?: boolean },
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<string> {
  const text = options.masterKeyStdin ? await readInput('-', terminal) : env[keyVariable];
  const key = text?.trim() ?? '';
  if (key === '') throw new UserError(options.masterKeyStdin ? `Standard input is empty. ${howTo}` : howTo);
  // such as a whole JSON answer, or two lines; the value itself is not repeated
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UserError(
      `The operator's key ${options.masterKeyStdin ? 'on standard input' : `in ${keyVariable}`} has spaces, line breaks or other than ASCII in it: give the bare key.`,
    );
  }
  return key.startsWith('sk-') ? key : `sk-${key}`;
}
