import type { DataSource, QueryRunner } from 'typeorm';
import type { LockClock } from '../../common/clock.js';
import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import type { WantedSignal } from '../wanted-signal.js';
import { messageOf } from '../../common/error-text.js';
import { isConflict, isNameLost, isRefusal, isTransient } from './errors.js';
import type { Query } from './statement.js';

/** How often a statement is sent that meets a conflict each time. */
const CONFLICT_TRIES = 5;

/** Runs single statements, each in a transaction of its own. */
export class StatementRunner {
  private source?: DataSource;

  /** `answerTimeout`: milliseconds after which a statement without an answer is given up, and its connection closed. */
  constructor(
    private readonly dataSource: () => DataSource,
    private readonly clock: LockClock,
    private readonly answerTimeout: number,
    /** Whether named statements are prepared once a connection: planning is what a claim costs most. */
    private prepares: boolean,
  ) {}

  /**
   * Opens a query runner of its own, on the primary: `DataSource.query` joins the caller's transaction where a
   * transaction-propagation library is active, and a rollback there would lose the claim. A statement that is no longer
   * wanted when a connection becomes free is not sent. One that met a conflict is sent again, `tries` times in all: it
   * then sees what the other transaction has done.
   *
   * @throws LockStoreUnavailableError where the same statement may succeed later
   */
  async query<Row>(query: Query, signal?: WantedSignal, tries = CONFLICT_TRIES): Promise<Row[]> {
    this.source ??= this.dataSource();
    const runner = this.source.createQueryRunner('master');
    let sent = false;
    let cancelHangUp = (): void => {};
    try {
      const connection: unknown = await runner.connect();
      if (signal?.aborted) throw new LockStoreUnavailableError('no connection became free in time', false);
      sent = true;
      for (let left = tries - 1; ; left--) {
        // TCP takes a quarter of an hour to notice a connection that died without a word: it would keep its place in the pool.
        cancelHangUp = this.clock.timer(this.answerTimeout, () => hangUp(connection));
        try {
          return await this.run<Row>(runner, connection, query);
        } catch (error) {
          if (!isConflict(error) || left === 0 || signal?.aborted) throw error;
          cancelHangUp();
        }
      }
    } catch (error) {
      if (!(isTransient(error) || (sent && !isRefusal(error)))) throw error;
      throw new LockStoreUnavailableError(messageOf(error), sent, { cause: error });
    } finally {
      cancelHangUp();
      await released(runner);
    }
  }

  private async run<Row>(runner: QueryRunner, connection: unknown, query: Query): Promise<Row[]> {
    if (query.name === undefined || !isConnection(connection))
      return (await runner.query(query.text, query.values)) as Row[];
    const { name, text, values } = query;
    if (this.prepares) {
      try {
        return (await connection.query({ name, text, values, types: AS_WRITTEN })).rows as Row[];
      } catch (error) {
        if (!isNameLost(error)) throw error;
        this.prepares = false;
      }
    }
    return (await connection.query({ text, values, types: AS_WRITTEN })).rows as Row[];
  }
}

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
async function released(runner: QueryRunner): Promise<void> {
  try {
    await runner.release();
  } catch {
    // The pool has dropped it.
  }
}
