import { run } from './run';
import { processTerminal } from './terminal';

// `llm-constructs models | head` closes the pipe early: that is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

run(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
