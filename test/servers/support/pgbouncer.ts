import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../../examples/support/free-port.mjs';
import { serverFolder } from './account.js';
import { pathOf } from './programs.js';
import type { DebianPackage } from './programs.js';
import { ServerProcess } from './server-process.js';

export const PGBOUNCER: DebianPackage = { name: 'pgbouncer', programs: ['pgbouncer'] };

const USER = 'postgres';

interface PoolState {
  database: string;
  cl_active: string;
  cl_waiting: string;
}

/** A pgbouncer in transaction mode before a Postgres server of this machine. */
export class PgBouncer {
  private constructor(
    private readonly port: number,
    private readonly server: ServerProcess,
  ) {}

  /** `poolSize`: how many sessions of the server all clients of one database share. */
  static async before(postgresPort: number, poolSize: number): Promise<PgBouncer> {
    const folder = serverFolder('pgbouncer');
    const port = await freePort();
    const [settings, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')];
    writeFileSync(users, `"${USER}" ""\n`);
    writeFileSync(
      settings,
      `[databases]
* = host=127.0.0.1 port=${postgresPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
admin_users = ${USER}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
`,
    );
    const server = await ServerProcess.start({
      program: pathOf('pgbouncer'),
      args: [settings],
      folder,
      ready: 'process up',
      endSignal: 'SIGTERM',
    });
    return new PgBouncer(port, server);
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/postgres`;
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
