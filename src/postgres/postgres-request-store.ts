import type { EntityManager } from 'typeorm';
import type {
  NewRequest,
  PickedUp,
  RequestRun,
  RequestStore,
  Settled,
  SettledRun,
  WaitingRequests,
} from '../requests/request-store.js';
import { isConflict } from './postgres-errors.js';
import type { PickedRow, RequestStatements, RetriedRow, WaitingRow } from './request.statements.js';
import type { Session } from './session.js';

/** A conflict means that another transaction has committed in between: the next look sees what it did. */
const CONFLICT_TRIES = 5;

/** Keeps requests in a table beside the locks. */
export class PostgresRequestStore implements RequestStore {
  constructor(
    private readonly session: Session,
    private readonly statements: () => RequestStatements,
    /** Makes an error that says how to add the table where that is what is wrong. */
    private readonly explained: (error: unknown) => unknown,
  ) {}

  async prepare(): Promise<void> {
    await this.query(this.statements().check, []);
  }

  async add(request: NewRequest, manager?: EntityManager): Promise<void> {
    const { name, task, key = null, args, delay, maxDelay = delay } = request;
    const values = [name, task, key, args, delay, Math.max(delay, maxDelay)];
    if (!manager) return void (await this.query(this.statements().addDurably, values));
    try {
      await manager.query(this.statements().add, values);
    } catch (error) {
      throw this.explained(error);
    }
  }

  async waiting(horizon: number): Promise<WaitingRequests[]> {
    const rows = await this.query<WaitingRow>(this.statements().waiting, [horizon]);
    return rows.map(({ name, task, key, waiting, due_in_ms, since_ms }) => ({
      name,
      task,
      key: key ?? undefined,
      count: Number(waiting),
      dueIn: Number(due_in_ms),
      since: new Date(Number(since_ms)),
    }));
  }

  async pickUp({ name, token, attempts }: RequestRun, before?: Date): Promise<PickedUp> {
    const values = [name, token, attempts, before?.toISOString() ?? null];
    const [row] = await this.query<PickedRow>(this.statements().pickUp, values);
    return {
      count: Number(row?.picked ?? 0),
      args: row?.args ?? undefined,
      parked: Number(row?.parked ?? 0),
    };
  }

  async settle({ name, token, attempts, outcome, error }: SettledRun): Promise<Settled> {
    const { remove, retry, giveBack } = this.statements();
    if (outcome !== 'failed') {
      await this.query(outcome === 'succeeded' ? remove : giveBack, [name, token]);
      return { parked: 0 };
    }
    const [row] = await this.query<RetriedRow>(retry, [name, token, attempts, storable(error)]);
    const retryIn = row?.retry_in_ms ?? undefined;
    return { parked: Number(row?.parked ?? 0), retryIn: retryIn === undefined ? undefined : Number(retryIn) };
  }

  private async query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.session.query<Row>({ text, values });
      } catch (error) {
        if (!isConflict(error) || tries === CONFLICT_TRIES) throw this.explained(error);
      }
    }
  }
}

/** An error's text as Postgres takes it: it must not keep its request from being tried again. */
function storable(error: string | undefined): string | null {
  return error === undefined ? null : error.toWellFormed().replaceAll('\0', '');
}
