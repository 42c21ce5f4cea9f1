import type { DataSource, QueryRunner } from 'typeorm';
import { SystemLockClock } from '../../common/clock.js';
import type { LockClock } from '../../common/clock.js';
import type {
  ClaimAnswer,
  ClaimRequest,
  HeldLockKey,
  LockStore,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  WantedSignal,
} from '../lock-store.js';
import type { ClaimRow } from './claim.sql.js';
import { answerOf, requestRow } from './claim.mapping.js';
import { withMigrationHint } from './migration-hint.js';
import { CONFLICT_TRIES, pastConflicts } from './conflicts.js';
import { isConflict } from './errors.js';
import { PostgresRequestStore } from './postgres-request-store.js';
import { requestStatementsFor } from './requests.sql.js';
import type { RequestStatements } from './requests.sql.js';
import { releaseRows } from './release.mapping.js';
import type { ReleaseRow } from './release.sql.js';
import type { RenewRow } from './renew.sql.js';
import { Session } from './statement-runner.js';
import { queryOf } from './statement.js';
import type { Query } from './statement.js';
import { statementsFor } from './statements.js';
import type { Statements } from './statements.js';
import { qualifiedTable, requestTableOf, schemaOf } from './table-name.js';
import { inRounds } from './rounds.js';

export interface PostgresLockStoreOptions {
  schema?: string;
  table: string;
  /** Milliseconds after which a statement without an answer is given up. Default: 10 s. */
  patience?: number;
  /** Whether statements are prepared, until a pooler is seen to lose them. Default: true. */
  preparedStatements?: boolean;
}

const DEFAULT_PATIENCE = 10_000;

/** Each conflict means that another replica made a row, so this many in a row are not to be expected. */
const MAX_ENSURE_TRIES = 20;

/** Keeps the locks in one table of the application's own Postgres, through connections of TypeORM's pool. */
export class PostgresLockStore implements LockStore {
  /** Where requests wait, beside the locks. */
  readonly requests: PostgresRequestStore;
  private readonly session: Session;
  private lazyStatements?: Statements;
  private lazyRequestStatements?: RequestStatements;

  /** `dataSource` is called at the first query: applications may bring their data source up later than this. */
  constructor(
    private readonly dataSource: () => DataSource,
    private readonly options: PostgresLockStoreOptions,
    clock: LockClock = new SystemLockClock(),
  ) {
    const { patience = DEFAULT_PATIENCE, preparedStatements = true } = options;
    this.session = new Session(dataSource, clock, patience, preparedStatements);
    this.requests = new PostgresRequestStore(
      this.session,
      () => (this.lazyRequestStatements ??= requestStatementsFor(this.requestTable, this.table)),
      (error) => withMigrationHint(error, this.options, this.requestTable, 'table of requests'),
    );
  }

  private get statements(): Statements {
    return (this.lazyStatements ??= statementsFor(this.table));
  }

  private get table(): string {
    return qualifiedTable(this.options.table, this.schema);
  }

  private get requestTable(): string {
    return qualifiedTable(requestTableOf(this.options.table), this.schema);
  }

  private get schema(): string | undefined {
    return this.options.schema ?? schemaOf(this.dataSource());
  }

  async prepare(names: readonly string[]): Promise<void> {
    try {
      await this.session.query({ text: this.statements.check });
    } catch (error) {
      throw withMigrationHint(error, this.options, this.table);
    }
    if (names.length > 0) await this.ensure(names);
  }

  claim(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    return inRounds(requests, (round) => this.claimRound(round, signal));
  }

  renew(held: readonly RenewRequest[], signal?: WantedSignal): Promise<RenewAnswer[]> {
    return inRounds(held, async (round) => {
      const query = queryOf(
        this.statements.renew,
        round.map(({ name, token, lease, maxHold }) => ({
          name,
          token,
          lease_ms: lease,
          max_hold_ms: maxHold,
        })),
      );
      const rows = await this.rowsByName<RenewRow>(query, signal);
      return round.map(({ name }): RenewAnswer => {
        const row = rows?.get(name);
        if (row?.answer === 'renewed') {
          const { answer: status, now_ms: now, until_ms: until } = row;
          return { status, now: Number(now), lockedUntil: new Date(Number(until)) };
        }
        return row ? { status: row.answer, now: Number(row.now_ms) } : { status: 'busy' };
      });
    });
  }

  release(held: readonly ReleaseRequest[], signal?: WantedSignal): Promise<ReleaseAnswer[]> {
    return inRounds(held, async (round) => {
      const query = queryOf(this.statements.release, releaseRows(round));
      const rows = await this.rowsByName<ReleaseRow>(query, signal);
      return round.map(({ name }): ReleaseAnswer => {
        const row = rows?.get(name);
        return row ? { status: row.answer, now: Number(row.now_ms) } : { status: 'busy' };
      });
    });
  }

  async purge({ prefix, unusedFor }: PurgeRequest): Promise<number> {
    const query = { text: this.statements.purge, values: [prefix, unusedFor] };
    const [row] = await this.session.query<{ removed: string }>(query);
    return Number(row?.removed ?? 0);
  }

  /**
   * Checks inside a transaction, as its last statement, that a run still holds its lock, and keeps it so until the
   * commit. `patience`: milliseconds after which the server ends a transaction that does not commit.
   */
  async holdThroughCommit(
    runner: QueryRunner,
    { name, token }: HeldLockKey,
    patience: number,
  ): Promise<boolean> {
    const rows: unknown = await runner.query(this.statements.commitGuard, [
      name,
      token,
      String(Math.ceil(patience)),
    ]);
    return Array.isArray(rows) && rows.length > 0;
  }

  private async claimRound(round: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    const ask = (requests: readonly ClaimRequest[]) =>
      this.rowsByName<ClaimRow>(queryOf(this.statements.claim, requests.map(requestRow)), signal);
    const rows = (await ask(round)) ?? new Map<string, ClaimRow>();
    const missing = round.filter(({ name }) => rows.get(name)?.answer === 'missing');
    try {
      if (missing.length > 0) {
        const names = missing.map(({ name }) => name);
        await this.ensure(names, signal);
        for (const [name, row] of (await ask(missing)) ?? []) rows.set(name, row);
      }
    } catch (error) {
      // The others have their answers: a win among them that nobody heard of would hold its row with nobody running.
      if (missing.length === round.length) throw error;
    }
    return round.map((request) => answerOf(request, rows.get(request.name)));
  }

  /** Under stricter isolation than read committed a row that another replica has just made is a conflict. */
  private async ensure(names: readonly string[], signal?: WantedSignal): Promise<void> {
    const query = { text: this.statements.ensure, values: [names] };
    await pastConflicts(MAX_ENSURE_TRIES, () => this.session.query(query, signal));
  }

  /**
   * Nothing where the whole statement met a conflict each time, and changed no row: each of its requests is then `busy`.
   * Under stricter isolation than read committed one row that another replica has just changed fails all of a batch.
   */
  private async rowsByName<Row extends { name: string }>(
    query: Query,
    signal?: WantedSignal,
  ): Promise<Map<string, Row> | undefined> {
    const ask = () => this.session.query<Row>(query, signal);
    try {
      const rows = await pastConflicts(CONFLICT_TRIES, ask, () => !signal?.aborted);
      return new Map(rows.map((row) => [row.name, row]));
    } catch (error) {
      if (!isConflict(error)) throw error;
      return undefined;
    }
  }
}
