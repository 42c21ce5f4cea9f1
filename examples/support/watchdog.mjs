import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

// Ends the server and removes its folder when the process that started it is gone, however it went: the pipe closes.
// A server that took the place of the first one is told through the pipe, by its process id.
const WATCHDOG = `
let [pid, folder, signal] = process.argv.slice(1);
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
process.stdin.on('data', (told) => (pid = String(told).trim().split('\\n').pop())).on('end', async () => {
  try { process.kill(Number(pid), signal); } catch {}
  for (let tries = 0; tries < 100; tries++) {
    try { process.kill(Number(pid), 0); } catch { break; }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  require('node:fs').rmSync(folder, { recursive: true, force: true });
});`;

/**
 * Watches a server: it ends with the process that started it.
 *
 * @param {import('node:child_process').ChildProcess} server
 * @param {string} folder its own, removed with it
 * @param {NodeJS.Signals} [signal] that ends it
 * @returns {import('./watchdog.mjs').Watchdog}
 */
export function watch(server, folder, signal = 'SIGINT') {
  const watchdog = spawn(process.execPath, ['-e', WATCHDOG, String(server.pid), folder, signal], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return {
    follow: (next) => void watchdog.stdin.write(`${next.pid}\n`),
    end: async () => {
      watchdog.ref();
      const ended = new Promise((resolve) => watchdog.once('exit', resolve));
      watchdog.stdin.end();
      await Promise.race([ended, delay(15_000, undefined, { ref: false })]);
    },
  };
}
