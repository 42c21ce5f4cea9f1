import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../examples/support/free-port.mjs';
import { watch } from '../../examples/support/watchdog.mjs';

/** A pgbouncer in transaction mode. */
export interface TransactionPooler {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const PROGRAM = 'pgbouncer';
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;

/** The version of the installed pgbouncer, or nothing where there is none. */
export function poolerVersion(): string | undefined {
  const { stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8', env: { PATH } });
  return /PgBouncer (\S+)/i.exec(stdout ?? '')?.[1];
}

/** @param size how many connections of the server all clients share */
export async function startPooler(databaseUrl: string, size: number): Promise<TransactionPooler> {
  const { port: serverPort, username, password } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'task-lock-pooler-'));
  const [port, settings] = [await freePort(), join(folder, 'pgbouncer.ini')];
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${serverPort} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${size}
max_client_conn = 3000
log_connections = 0
log_disconnections = 0
`,
  );
  const account = process.getuid?.() === 0 ? ordinaryUser() : {};
  if (account.uid !== undefined && account.gid !== undefined)
    for (const path of [folder, settings]) chownSync(path, account.uid, account.gid);
  const server = spawn(PROGRAM, [settings], {
    ...account,
    cwd: folder,
    env: { PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const watchdog = watch(server, folder, 'SIGTERM');
  const gone = once(server, 'exit');
  for await (const chunk of server.stderr) if (String(chunk).includes('process up')) break;
  if (server.pid === undefined || server.exitCode !== null) throw new Error('pgbouncer did not start');
  return {
    url: `postgres://${username}@127.0.0.1:${port}/postgres`,
    pid: server.pid,
    stop: async () => {
      server.kill('SIGTERM');
      await gone;
      await watchdog.end();
    },
  };
}

/** pgbouncer refuses to run as root: there it runs as the user that Debian's package made for it. */
function ordinaryUser(): { uid?: number; gid?: number } {
  const idOf = (option: string): number =>
    Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}
