import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A process of sigterm-process.ts, with the messages that it sends. */
export function startProcess(...args: string[]) {
  const child = fork(fileURLToPath(new URL('sigterm-process.js', import.meta.url)), args);
  const heard = new Set<unknown>();
  child.on('message', (message) => heard.add(message));
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  async function says(expected: string): Promise<void> {
    while (!heard.has(expected)) {
      const next = await Promise.race([once(child, 'message'), ended.then(() => 'ended' as const)]);
      if (next === 'ended' && !heard.has(expected)) throw new Error(`it ended without saying ${expected}`);
    }
  }
  return { child, ended, says };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
