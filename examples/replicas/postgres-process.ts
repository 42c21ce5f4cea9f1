import { startLocalPostgres } from '../support/local-postgres.mjs';
import { onceDemoIsGone } from './demo-is-gone.js';

// Holds the database server in a process group apart from the demo's: a Ctrl-C would otherwise reach initdb and the
// server at once, in the middle of whatever they do.

const demoIsGone = new Promise<void>((resolve) => onceDemoIsGone(resolve));
if (process.connected) {
  const server = await startLocalPostgres();
  if (process.connected) process.send?.(server.url);
  await demoIsGone;
  await server.stop();
}
process.exit(0);
