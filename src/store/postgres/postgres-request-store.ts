import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type {
  NewRequest,
  PickedUp,
  RequestRun,
  RequestStore,
  Settled,
  SettledRun,
  UnknownRequests,
  WaitingRequests,
  WaitingSearch,
} from '../request-store.js';
import type { WantedSignal } from '../wanted-signal.js';
import { REQUEST_TABLE_ACCESS } from './access.sql.js';
import type {
  AddedRequest,
  AddedRow,
  PickedRow,
  ReachedRow,
  RequestStatements,
  RetriedRow,
  UnknownRow,
  WaitingRow,
} from './requests.sql.js';
import type { OperatingFallback } from './operating-fallback.js';
import type { StatementRunner } from './statement-runner.js';
import { queryOf } from './statement.js';
import type { Query, Statement } from './statement.js';
import { LONGEST_ERROR, storable } from './storable.js';
import { assertAccess, assertRowsReached } from './table-access.js';
import { REQUEST_TABLE } from './table-name.js';
import type { TablePlace } from './table-name.js';

/** Keeps requests in a table beside the locks. */
export class PostgresRequestStore implements RequestStore {
  constructor(
    private readonly runner: StatementRunner,
    private readonly statements: () => RequestStatements & { place: TablePlace },
    private readonly pauses: OperatingFallback,
    /** Says how to add the table in an error that a missing table caused. */
    private readonly explained: (error: unknown) => unknown,
  ) {}

  async prepare(tasks: readonly string[]): Promise<void> {
    const { place, check, add, change, drop } = this.statements();
    const checked = { ...place, what: REQUEST_TABLE, needed: REQUEST_TABLE_ACCESS } as const;
    const access = await assertAccess(this.runner, checked);
    await this.query({ text: check });
    if (tasks.length === 0) return;
    await assertRowsReached(access, REQUEST_TABLE, async () => {
      const key = randomUUID();
      const requests = tasks.map((name) => ({ name, task: name, key, args: '[]', delay: 0 }));
      const [, ...reached] = await this.runner.rehearse<ReachedRow>([
        addedBy(add, requests),
        { text: change, values: [tasks, key] },
        { text: drop, values: [tasks, key] },
      ]);
      return reached.every(([row]) => Number(row?.reached) === tasks.length);
    });
  }

  async add(requests: readonly NewRequest[], manager?: EntityManager, signal?: WantedSignal): Promise<Date> {
    const { add, addDurably } = this.statements();
    const rows = manager
      ? await this.addInside(manager, addedBy(add, requests))
      : await this.query<AddedRow>(addedBy(addDurably, requests), signal);
    return new Date(Number(rows[0]?.at_ms));
  }

  private async addInside(manager: EntityManager, { text, values }: Query): Promise<AddedRow[]> {
    try {
      return await manager.query<AddedRow[]>(text, values);
    } catch (error) {
      throw this.explained(error);
    }
  }

  async waiting(
    { horizon, tasks, except }: WaitingSearch,
    signal?: WantedSignal,
  ): Promise<WaitingRequests[]> {
    const rows = await this.waitingRows([horizon, tasks, except], signal);
    return rows.map(({ name, task, key, waiting, due_in_ms }) => ({
      name,
      task,
      key: key ?? undefined,
      count: Number(waiting),
      dueIn: Number(due_in_ms),
    }));
  }

  async unknown(tasks: readonly string[], dueFor: number): Promise<UnknownRequests[]> {
    const rows = await this.query<UnknownRow>({ text: this.statements().unknown, values: [tasks, dueFor] });
    return rows.map(({ task, waiting, since_ms }) => ({
      task,
      count: Number(waiting),
      since: new Date(Number(since_ms)),
    }));
  }

  async pickUp(
    { name, token, attempts }: RequestRun,
    before?: Date,
    signal?: WantedSignal,
  ): Promise<PickedUp> {
    const values = [name, token, attempts, before?.toISOString() ?? null];
    const [row] = await this.query<PickedRow>({ ...this.statements().pickUp, values }, signal);
    return {
      count: Number(row?.picked ?? 0),
      args: row?.args ?? undefined,
      parked: Number(row?.parked ?? 0),
    };
  }

  async settle({ name, token, attempts, outcome, error }: SettledRun): Promise<Settled> {
    const { remove, retry, giveBack } = this.statements();
    if (outcome === 'succeeded' || outcome === 'aborted') {
      const values = [name, token];
      await this.query(outcome === 'succeeded' ? { ...remove, values } : { text: giveBack, values });
      return { parked: 0 };
    }
    const allowed = outcome === 'cancelled' ? 0 : attempts;
    const values = [name, token, allowed, storable(error, LONGEST_ERROR)];
    const [row] = await this.query<RetriedRow>({ text: retry, values });
    const retryIn = row?.retry_in_ms ?? undefined;
    return { parked: Number(row?.parked ?? 0), retryIn: retryIn === undefined ? undefined : Number(retryIn) };
  }

  private async waitingRows(values: unknown[], signal?: WantedSignal): Promise<WaitingRow[]> {
    const { waiting, waitingPlain } = this.statements();
    try {
      return await this.pauses.query<WaitingRow>(
        () => ({ text: waiting, values }),
        () => ({ text: waitingPlain, values }),
        signal,
      );
    } catch (error) {
      throw this.explained(error);
    }
  }

  private async query<Row>(query: Query, signal?: WantedSignal): Promise<Row[]> {
    try {
      return await this.runner.query<Row>(query, signal);
    } catch (error) {
      throw this.explained(error);
    }
  }
}

function addedBy(statement: Statement<AddedRequest>, requests: readonly NewRequest[]): Query {
  return queryOf(
    statement,
    requests.map((request, nth) => ({ ...request, nth })),
  );
}
