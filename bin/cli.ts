import { run } from './run';
import { processTerminal } from './terminal';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `llm-constructs models | head` closes the pipe early: that is no error
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`The output cannot be written: ${error.message}.\n`);
  process.exit(1);
});

run(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
