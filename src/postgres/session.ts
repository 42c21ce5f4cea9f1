import type { DataSource, QueryRunner } from 'typeorm';
import { LockStoreUnavailableError } from '../lock/lock-store.js';
import { isTransient } from './postgres-errors.js';
import { messageOf } from '../message-of.js';

/** Runs single statements, each in a transaction of its own. */
export class Session {
  constructor(private readonly dataSource: () => DataSource) {}

  /**
   * Through a query runner of its own, on the primary: `DataSource.query` joins the caller's transaction where a
   * transaction-propagation library is active, and a rollback there would lose the claim. A statement whose caller
   * gave up while it waited for a connection is not sent.
   */
  async query<Row>(text: string, values: unknown[] = [], signal?: AbortSignal): Promise<Row[]> {
    const runner = this.dataSource().createQueryRunner('master');
    let sent = false;
    try {
      await runner.connect();
      if (signal?.aborted) throw new LockStoreUnavailableError('no connection became free in time', false);
      sent = true;
      return (await runner.query(text, values)) as Row[];
    } catch (error) {
      if (!isTransient(error)) throw error;
      throw new LockStoreUnavailableError(messageOf(error), sent, {
        cause: error,
      });
    } finally {
      await released(runner);
    }
  }
}

/** A connection that broke is released already; that must not hide the statement's own error. */
async function released(runner: QueryRunner): Promise<void> {
  try {
    await runner.release();
  } catch {
    // The pool has dropped it.
  }
}
