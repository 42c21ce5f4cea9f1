import type pg from 'pg';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { PostgresServer } from './postgres-server.js';
import { TcpProxy } from './tcp-proxy.js';

const STANDBY = 'standby';

export type Replication = 'synchronous' | 'asynchronous';

export interface FailOver {
  silently?: boolean;
  beforePromotion?: () => Promise<void>;
}

/** A primary, a standby that follows it, the one address of both, and a database behind that address. */
export class Cluster {
  private constructor(
    readonly primary: PostgresServer,
    readonly standby: PostgresServer,
    private readonly address: TcpProxy,
    readonly database: TestDatabase,
  ) {}

  static async start(replication: Replication): Promise<Cluster> {
    const synchronous = replication === 'synchronous';
    const started: { end(): Promise<void> }[] = [];
    try {
      const settings = synchronous ? { synchronous_standby_names: STANDBY } : undefined;
      const primary = await PostgresServer.primary(settings);
      started.unshift(primary);
      const standby = await primary.standby(STANDBY);
      started.unshift(standby);
      await primary.isFollowed(synchronous ? 'sync' : 'async');
      const address = await TcpProxy.to(primary.port);
      started.unshift(address);
      const database = await createDatabase({
        server: `postgres://postgres@127.0.0.1:${address.port}/postgres`,
      });
      return new Cluster(primary, standby, address, database);
    } catch (error) {
      for (const each of started) await each.end();
      throw error;
    }
  }

  /**
   * The primary crashes; with `silently` its clients are not told, as when the whole host is gone. They are led to the
   * standby while it is still read-only, as they are where an address moves before the promotion is through;
   * `beforePromotion` may look at what the standby knows.
   */
  async failOver({ silently = false, beforePromotion = async () => {} }: FailOver = {}): Promise<void> {
    if (silently) this.address.fallSilent();
    await this.primary.crash();
    await this.standby.hasReplayed();
    this.address.switchTo(this.standby.port);
    await beforePromotion();
    await this.standby.promote();
  }

  /** From here on the standby receives nothing more; it has all that was committed before. */
  async cutOff(): Promise<void> {
    await this.primary.hasShippedAll();
    await this.standby.stopFollowing();
  }

  /** One statement in the database, on the standby. */
  queryStandby<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    return this.standby.query<Row>(text, new URL(this.database.url).pathname.slice(1));
  }

  async end(): Promise<void> {
    try {
      await this.database.drop();
    } finally {
      await Promise.all([this.address.end(), this.standby.end(), this.primary.end()]);
    }
  }
}
