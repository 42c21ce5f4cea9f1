import type { DataSource, QueryRunner } from 'typeorm';
import type { LockClock } from '../../common/clock.js';
import type { LockLog } from '../../common/log.js';
import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import { within } from '../../common/timeouts.js';
import type { WantedSignal } from '../wanted-signal.js';
import { messageOf } from '../../common/error-text.js';
import { isConflict, isNameLost, isRefusedForGood, isWithoutEffect, mayBeOutdatedPlan } from './errors.js';
import { cancelOnServer } from './cancel-on-server.js';
import { PreparedNames } from './prepared-names.js';
import type { Query } from './statement.js';

/** How often a statement is sent that meets a conflict each time. */
const CONFLICT_TRIES = 5;

/** A statement had no answer in time, and its connection was closed. */
export class NoAnswerError extends LockStoreUnavailableError {}

/** Runs single statements, each in a transaction of its own. */
export class StatementRunner {
  private readonly names: PreparedNames;

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
   * Opens a query runner of its own, on the primary: `DataSource.query` joins the caller's transaction where a
   * transaction-propagation library is active, and a rollback there would lose the claim. A statement that is no longer
   * wanted when a connection becomes free is not sent; a function says only then what is sent. One that met a conflict is sent again, `tries` times in all: it
   * then sees what the other transaction has done.
   *
   * @throws LockStoreUnavailableError where the same statement may succeed later: whatever failed before it was sent
   */
  async query<Row>(
    query: Query | (() => Query),
    signal?: WantedSignal,
    tries = CONFLICT_TRIES,
  ): Promise<Row[]> {
    let timeout = this.answerTimeout;
    let runner: QueryRunner | undefined;
    let sent = false;
    let gaveUp = false;
    let cancelHangUp = (): void => {};
    try {
      let connection: unknown;
      [runner, connection] = await this.connect();
      if (signal?.aborted) throw new Error(NO_CONNECTION);
      const statement = typeof query === 'function' ? query() : query;
      const { answersWithin } = statement;
      timeout = answersWithin ?? timeout;
      sent = true;
      for (let left = tries - 1; ; left--) {
        // TCP takes a quarter of an hour to notice a connection that died without a word: it would keep its place in the pool.
        cancelHangUp = this.clock.timer(timeout, () => {
          gaveUp = true;
          if (answersWithin !== undefined) cancelOnServer(connection);
          hangUp(connection);
        });
        try {
          return await this.run<Row>(runner, connection, statement);
        } catch (error) {
          if (!isConflict(error) || left === 0 || signal?.aborted) throw error;
          cancelHangUp();
        }
      }
    } catch (error) {
      if (gaveUp) throw new NoAnswerError(`there was no answer within ${timeout} ms`, true, { cause: error });
      if (sent && isRefusedForGood(error)) throw error;
      const mayHaveHadEffect = sent && !isWithoutEffect(error);
      throw new LockStoreUnavailableError(messageOf(error), mayHaveHadEffect, { cause: error });
    } finally {
      cancelHangUp();
      await released(runner);
    }
  }

  /** Runs statements in one transaction that is rolled back, and answers the rows of each. */
  async rehearse<Row>(queries: readonly Query[], answersWithin = this.answerTimeout): Promise<Row[][]> {
    const [runner, connection] = await this.connect();
    const cancelHangUp = this.clock.timer(answersWithin, () => hangUp(connection));
    try {
      await runner.startTransaction();
      try {
        const answers: Row[][] = [];
        for (const { text, values } of queries) answers.push((await runner.query(text, values)) as Row[]);
        return answers;
      } finally {
        await runner.rollbackTransaction();
      }
    } finally {
      cancelHangUp();
      await released(runner);
    }
  }

  /** Waits no longer than for an answer: a pool that is ended forgets who waits for one of its connections. */
  private async connect(): Promise<[QueryRunner, unknown]> {
    const runner = this.source().createQueryRunner('master');
    const connecting = runner
      .connect()
      .then((connection: unknown) => [runner, connection] as [QueryRunner, unknown]);
    const connected = await within(this.clock, this.answerTimeout, connecting);
    if (connected) return connected;
    // One that comes later goes back to its pool.
    connecting.then(
      () => released(runner),
      () => undefined,
    );
    throw new Error(NO_CONNECTION);
  }

  private async run<Row>(runner: QueryRunner, connection: unknown, query: Query): Promise<Row[]> {
    const { name, text, values } = query;
    if (name === undefined || !isConnection(connection)) return (await runner.query(text, values)) as Row[];
    const send = async (preparedAs?: string): Promise<Row[]> =>
      (await connection.query({ name: preparedAs, text, values, types: AS_WRITTEN })).rows as Row[];
    const used = this.names.of(name);
    if (used === undefined) return send();
    try {
      const rows = await send(used);
      this.names.worked();
      return rows;
    } catch (error) {
      const isLost = isNameLost(error);
      if (!isLost && !mayBeOutdatedPlan(error)) throw error;
      const rows = await send();
      this.names.replace(name, used, isLost);
      return rows;
    }
  }
}

const NO_CONNECTION = 'no connection became free in time';

const NAMES_GIVEN_UP =
  'Prepared statements are lost between this process and the database again and again, so they are planned anew each ' +
  'time from here on. A pooler does that: pgbouncer keeps them from 1.21 on, and `preparedStatements: false` does ' +
  'without them from the start.';

/** All values as Postgres writes them: an application may have set type parsers of its own. */
const AS_WRITTEN = { getTypeParser: () => String };

/** The driver's own connection, without the query runner around it: a runner cannot name a statement. */
interface Connection {
  query(query: Query & { types: typeof AS_WRITTEN }): Promise<{ rows: unknown[] }>;
}

function isConnection(connection: unknown): connection is Connection {
  return typeof connection === 'object' && connection !== null && 'query' in connection;
}

/** With a query under way pg closes the socket at once, and the query fails. */
function hangUp(connection: unknown): void {
  if (typeof connection !== 'object' || connection === null || !('end' in connection)) return;
  if (typeof connection.end === 'function') void Reflect.apply(connection.end, connection, []);
}

/** A connection that broke is released already; that must not hide the statement's own error. */
async function released(runner?: QueryRunner): Promise<void> {
  try {
    await runner?.release();
  } catch {
    // The pool has dropped it.
  }
}
