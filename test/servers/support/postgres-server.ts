import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../../examples/support/free-port.mjs';
import { until } from '../../support/until.js';
import { serverFolder } from './account.js';
import { pathOf } from './programs.js';
import type { DebianPackage } from './programs.js';
import { runAsServer, ServerProcess } from './server-process.js';

export const POSTGRESQL: DebianPackage = {
  name: 'postgresql',
  programs: ['initdb', 'postgres', 'pg_basebackup'],
};

const USER = 'postgres';

/** Of postgresql.conf. */
type Settings = Record<string, string>;

/** Written for one test: nothing has to outlive the machine, only the process. */
const THROW_AWAY: Settings = { fsync: 'off', shared_buffers: '32MB', max_connections: '100' };

/** One Postgres server with data of its own, on 127.0.0.1. */
export class PostgresServer {
  private constructor(
    readonly port: number,
    private readonly server: ServerProcess,
  ) {}

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/postgres`;
  }

  /** A server that accepts reads and writes. */
  static async primary(settings: Settings = {}): Promise<PostgresServer> {
    const folder = serverFolder('primary');
    const data = join(folder, 'data');
    const trusting = ['--username', USER, '--auth', 'trust', '--locale', 'C', '--encoding', 'UTF8'];
    await runAsServer(pathOf('initdb'), ['--pgdata', data, '--no-sync', ...trusting], folder);
    return PostgresServer.start(folder, settings, 'ready to accept connections');
  }

  /** A copy that follows this server; `name` is what `synchronous_standby_names` calls it. */
  async standby(name: string): Promise<PostgresServer> {
    const folder = serverFolder('standby');
    const source = ['--host', '127.0.0.1', '--port', String(this.port), '--username', USER];
    const copy = ['--pgdata', join(folder, 'data'), '--checkpoint', 'fast', '--no-sync'];
    await runAsServer(pathOf('pg_basebackup'), [...source, ...copy, '--write-recovery-conf'], folder);
    return PostgresServer.start(folder, { cluster_name: name }, 'ready to accept read-only connections');
  }

  private static async start(folder: string, settings: Settings, ready: string): Promise<PostgresServer> {
    const port = await freePort();
    const place = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const flags = Object.entries({ ...THROW_AWAY, ...place, ...settings });
    const server = await ServerProcess.start({
      program: pathOf('postgres'),
      args: ['-D', join(folder, 'data'), ...flags.flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      folder,
      ready,
      endSignal: 'SIGINT',
    });
    return new PostgresServer(port, server);
  }

  /** One statement, on a connection of its own. */
  async query<Row extends pg.QueryResultRow>(text: string, database = 'postgres'): Promise<Row[]> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: USER, database });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Resolves when a server follows this one in the given way. */
  async isFollowed(state: 'sync' | 'async'): Promise<void> {
    await until(async () => {
      const rows = await this.query(
        `SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '${state}'`,
      );
      return rows.length > 0;
    });
  }

  /** Makes a standby receive nothing more, as a network that is cut does. */
  async stopFollowing(): Promise<void> {
    await this.query(`ALTER SYSTEM SET primary_conninfo = ''`);
    await this.query('SELECT pg_reload_conf()');
    await until(async () => (await this.query('SELECT FROM pg_stat_wal_receiver')).length === 0);
  }

  /** Resolves when the standbys of this server have all that is committed here. */
  async hasShippedAll(): Promise<void> {
    await until(async () => {
      const [row] = await this.query<{ shipped: boolean }>(
        'SELECT bool_and(flush_lsn >= pg_current_wal_lsn()) AS shipped FROM pg_stat_replication',
      );
      return row?.shipped === true;
    });
  }

  /** Resolves when a commit here waits for a standby. */
  async awaitsStandby(): Promise<void> {
    await until(async () => {
      const rows = await this.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
      return rows.length > 0;
    });
  }

  /**
   * Resolves when a standby whose primary is gone has replayed all that it received. A crash may have cut the last record
   * off: that one is never replayed, and the standby only looks for more from time to time.
   */
  async hasReplayed(): Promise<void> {
    await until(async () => {
      const [row] = await this.query<{ replayed: boolean }>(
        `SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')
           AND (pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()
                OR EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'RecoveryRetrieveRetryInterval'))
             AS replayed`,
      );
      return row?.replayed === true;
    });
  }

  /** Makes a standby the primary. */
  async promote(): Promise<void> {
    const [row] = await this.query<{ promoted: boolean }>('SELECT pg_promote(wait => true) AS promoted');
    if (!row?.promoted) throw new Error('the standby was not promoted within a minute');
  }

  /** Ends it as a crash does: no checkpoint, no word to its standby, and no backend of it lives on. */
  crash(): Promise<void> {
    return this.server.kill('SIGQUIT');
  }

  end(): Promise<void> {
    return this.server.end();
  }
}
