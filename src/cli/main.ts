import { runCli } from './program.js';
import { openSession } from './session.js';
import { terminalOf } from './terminal.js';

// Not process.exit(): what is still to be written to a pipe would be lost.
process.exitCode = await runCli(process.argv.slice(2), terminalOf(process), openSession);
