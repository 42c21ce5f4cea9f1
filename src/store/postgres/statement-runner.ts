import type { DataSource } from 'typeorm';
import type { LockClock } from '../../common/clock.js';
import type { LockLog } from '../../common/log.js';
import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import { within } from '../../common/timeouts.js';
import type { WantedSignal } from '../wanted-signal.js';
import { messageOf } from '../../common/error-text.js';
import { isConflict, isNameLost, isRefusedForGood, isWithoutEffect, mayBeOutdatedPlan } from './errors.js';
import { cancelOnServer } from './cancel-on-server.js';
import { takeConnection } from './pool-connection.js';
import type { Client, ClientQuery, PoolConnection } from './pool-connection.js';
import { PreparedNames } from './prepared-names.js';
import { PreparedQueries } from './prepared-query.js';
import type { Query } from './statement.js';

/** How often a statement is sent that meets a conflict each time. */
const CONFLICT_TRIES = 5;

/** A statement had no answer in time, and its connection was closed. */
export class NoAnswerError extends LockStoreUnavailableError {}

/** Runs single statements, each in a transaction of its own. */
export class StatementRunner {
  private readonly names: PreparedNames;
  private readonly prepared = new PreparedQueries();

  constructor(
    private readonly dataSource: () => DataSource,
    private readonly clock: LockClock,
    /** Milliseconds after which a statement without an answer is given up, and its connection closed. */
    private readonly answerTimeout: number,
    prepares: boolean,
    log?: Pick<LockLog, 'warn'>,
  ) {
    this.names = new PreparedNames(prepares, () => log?.warn(NAMES_GIVEN_UP));
  }

  /**
   * The data source as it is now: one that is destroyed may be initialised again, or replaced by another.
   *
   * @throws LockStoreUnavailableError where there is none
   */
  source(): DataSource {
    try {
      return this.dataSource();
    } catch (error) {
      throw new LockStoreUnavailableError(messageOf(error), false, { cause: error });
    }
  }

  /**
   * A statement that is no longer wanted when a connection becomes free is not sent; a function says only then what is
   * sent. One that met a conflict is sent again, `tries` times in all: it then sees what the other transaction has done.
   *
   * @throws LockStoreUnavailableError where the same statement may succeed later: whatever failed before it was sent
   */
  async query<Row>(
    query: Query | (() => Query),
    signal?: WantedSignal,
    tries = CONFLICT_TRIES,
  ): Promise<Row[]> {
    let connection: PoolConnection | undefined;
    let sent = false;
    let gaveUpAfter: number | undefined;
    let answered = (): void => {};
    try {
      connection = await this.connect();
      if (signal?.aborted) throw new Error(NO_CONNECTION);
      const { client } = connection;
      const statement = typeof query === 'function' ? query() : query;
      sent = true;
      for (let left = tries - 1; ; left--) {
        answered = this.watch(statement, (milliseconds) => {
          gaveUpAfter = milliseconds;
          if (statement.doubt) cancelOnServer(client);
          hangUp(client);
        });
        try {
          return (await this.run(client, statement)) as Row[];
        } catch (error) {
          if (!isConflict(error) || left === 0 || signal?.aborted) throw error;
          answered();
        }
      }
    } catch (error) {
      if (gaveUpAfter !== undefined)
        throw new NoAnswerError(`there was no answer within ${gaveUpAfter} ms`, true, { cause: error });
      if (sent && isRefusedForGood(error)) throw error;
      const mayHaveHadEffect = sent && !isWithoutEffect(error);
      throw new LockStoreUnavailableError(messageOf(error), mayHaveHadEffect, { cause: error });
    } finally {
      answered();
      await connection?.release();
    }
  }

  /** Runs statements in one transaction that is rolled back, and answers the rows of each. */
  async rehearse<Row>(queries: readonly Query[], timeout = this.answerTimeout): Promise<Row[][]> {
    const connection = await this.connect(timeout);
    const { client } = connection;
    const cancelHangUp = this.clock.timer(timeout, () => hangUp(client));
    try {
      await client.query({ text: 'BEGIN' });
      try {
        const answers: Row[][] = [];
        for (const { text, values } of queries)
          answers.push((await client.query({ text, values })).rows as Row[]);
        return answers;
      } finally {
        await client.query({ text: 'ROLLBACK' });
      }
    } finally {
      cancelHangUp();
      await connection.release();
    }
  }

  /** Calls `giveUp` with the milliseconds that have passed. Answers how to end that. */
  private watch({ doubt }: Query, giveUp: (milliseconds: number) => void): () => void {
    // TCP takes a quarter of an hour to notice a connection that died without a word: it would keep its place in the pool.
    const giveUpLast = (passed: number): (() => void) =>
      this.clock.timer(this.answerTimeout - passed, () => giveUp(this.answerTimeout));
    if (!doubt) return giveUpLast(0);
    let isOver = false;
    let endTimer = this.clock.timer(doubt.after, () => {
      endTimer = giveUpLast(doubt.after);
      void doubt.isHopeless().then((isSo) => isSo && !isOver && giveUp(doubt.after));
    });
    return () => {
      isOver = true;
      endTimer();
    };
  }

  /** Waits no longer than for an answer: a pool that is ended forgets who waits for one of its connections. */
  private async connect(timeout = this.answerTimeout): Promise<PoolConnection> {
    const taking = takeConnection(this.source());
    const connection = await within(this.clock, timeout, taking);
    if (connection) return connection;
    // One that comes later goes back to its pool.
    taking.then(
      (late) => late.release(),
      () => undefined,
    );
    throw new Error(NO_CONNECTION);
  }

  private async run(client: Client, { name, text, values = [] }: Query): Promise<unknown[]> {
    if (name === undefined) return (await client.query({ text, values })).rows;
    const used = this.names.of(name);
    if (used === undefined) return send(client, { text, values });
    try {
      const rows = this.prepared.takes(client)
        ? await this.prepared.send(client, used, text, values)
        : await send(client, { name: used, text, values });
      this.names.worked();
      return rows;
    } catch (error) {
      const isLost = isNameLost(error);
      if (!isLost && !mayBeOutdatedPlan(error)) throw error;
      const rows = await send(client, { text, values });
      this.names.replace(name, used, isLost);
      return rows;
    }
  }
}

async function send(client: Client, query: ClientQuery): Promise<unknown[]> {
  return (await client.query({ ...query, types: AS_WRITTEN })).rows;
}

const NO_CONNECTION = 'no connection became free in time';

const NAMES_GIVEN_UP =
  'Prepared statements are lost between this process and the database again and again, so they are planned anew each ' +
  'time from here on. A pooler does that: pgbouncer keeps them from 1.21 on, and `preparedStatements: false` does ' +
  'without them from the start.';

/** All values as Postgres writes them: an application may have set type parsers of its own. */
const AS_WRITTEN = { getTypeParser: () => String };

/** With a query under way pg closes the socket at once, and the query fails. */
function hangUp(connection: unknown): void {
  if (typeof connection !== 'object' || connection === null || !('end' in connection)) return;
  if (typeof connection.end === 'function') void Reflect.apply(connection.end, connection, []);
}
