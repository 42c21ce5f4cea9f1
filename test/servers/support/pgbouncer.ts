import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../../examples/support/free-port.mjs';
import { serverFolder } from './account.js';
import { pathOf } from './programs.js';
import type { DebianPackage } from './programs.js';
import { ServerProcess } from './server-process.js';

export const PGBOUNCER: DebianPackage = { name: 'pgbouncer', programs: ['pgbouncer'] };

interface PoolState {
  database: string;
  cl_active: string;
  cl_waiting: string;
}

/** A pgbouncer in transaction mode before a Postgres server of this machine. */
export class PgBouncer {
  private constructor(
    /** What clients connect to, each as whom it likes. */
    readonly url: string,
    private readonly server: ServerProcess,
  ) {}

  /** `poolSize`: how many sessions of the server all clients of one database share. */
  static async before(serverUrl: string, poolSize: number): Promise<PgBouncer> {
    const folder = serverFolder('pgbouncer');
    const [port, settings] = [await freePort(), join(folder, 'pgbouncer.ini')];
    const { port: serverPort, username, password } = new URL(serverUrl);
    writeFileSync(
      settings,
      `[databases]
* = host=127.0.0.1 port=${serverPort} user=${username}${password && ` password=${password}`}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 3000
log_connections = 0
log_disconnections = 0
`,
    );
    const server = await ServerProcess.start({
      program: pathOf('pgbouncer'),
      args: [settings],
      folder,
      ready: 'process up',
      endSignal: 'SIGTERM',
    });
    return new PgBouncer(`postgres://${username}@127.0.0.1:${port}/postgres`, server);
  }

  get pid(): number {
    return this.server.pid;
  }

  /** How many clients are connected to a database, by what the pooler itself says. */
  async clientsOf(databaseUrl: string): Promise<number> {
    const name = new URL(databaseUrl).pathname.slice(1);
    const url = new URL(this.url);
    url.pathname = '/pgbouncer';
    const console = new pg.Client({ connectionString: url.href });
    await console.connect();
    try {
      const pools = (await console.query<PoolState>('SHOW POOLS')).rows;
      return pools
        .filter(({ database }) => database === name)
        .reduce((sum, pool) => sum + Number(pool.cl_active) + Number(pool.cl_waiting), 0);
    } finally {
      await console.end();
    }
  }

  end(): Promise<void> {
    return this.server.end();
  }
}
