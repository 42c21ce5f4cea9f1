import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../examples/support/free-port.mjs';
import { watch } from '../../examples/support/watchdog.mjs';

export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

/** The version of the installed server, or nothing where there is none. */
export function redisVersion(): string | undefined {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return /v=(\S+)/.exec(stdout ?? '')?.[1];
}

/** A Redis of this run's own: one that writes nothing to disk, or one that flushes each write. */
export async function startRedis(durable: boolean): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'task-lock-redis-'));
  const port = await freePort();
  const disk = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...disk],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const watchdog = watch(server, folder, 'SIGTERM');
  const gone = once(server, 'exit');
  for await (const chunk of server.stdout) {
    if (String(chunk).includes('Ready to accept connections')) break;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      server.kill();
      await gone;
      await watchdog.end();
    },
  };
}
