import type { EntityManager } from 'typeorm';
import type {
  ClaimAnswer,
  ClaimRequest,
  HeldLockKey,
  LastHolder,
  LockStore,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../lock-store.js';
import { InMemoryRequestStore } from './memory-request-store.js';
import { claimRow } from './memory-claim.js';
import { InMemoryOperating } from './memory-operating.js';
import { InMemoryOperatorStore } from './memory-operator-store.js';
import { newRow } from './memory-lock-row.js';
import type { InMemoryLockRow } from './memory-lock-row.js';
import { recordRun, releaseRow } from './memory-release.js';

/**
 * Keeps locks in memory, by the same rules as Postgres. Applications in one process that share an instance exclude
 * each other, so that a test can play several replicas.
 *
 * @example
 * let now = Date.parse('2026-01-01T00:00:00Z');
 * const store = new InMemoryLockStore(() => now);
 */
export class InMemoryLockStore implements LockStore {
  /** Where requests wait. */
  readonly requests: InMemoryRequestStore;
  /** History, pauses, and what operators do. */
  readonly operator: InMemoryOperatorStore;
  private readonly operating = new InMemoryOperating();
  private readonly rows = new Map<string, InMemoryLockRow>();

  /** `now`: the store's clock, in epoch milliseconds. Default: the clock of this machine. */
  constructor(readonly now: () => number = Date.now) {
    this.requests = new InMemoryRequestStore(
      now,
      (name, token) => this.isRunning(name, token),
      (task) => this.operating.isPaused(task, now()),
    );
    this.operator = new InMemoryOperatorStore(now, this.rows, this.operating, this.requests);
  }

  /** A copy of a row, for assertions. */
  row(name: string): InMemoryLockRow | undefined {
    const row = this.rows.get(name);
    return row && { ...row };
  }

  async prepare(names: readonly string[]): Promise<void> {
    for (const name of names) this.rowOf(name);
  }

  async lastHolders(names: readonly string[]): Promise<LastHolder[]> {
    return names.flatMap((name) => {
      const { lockedBy: heldBy = null, startedAt = 0 } = this.rows.get(name) ?? {};
      return heldBy === null ? [] : [{ name, heldBy, startedAt: new Date(startedAt) }];
    });
  }

  async claim(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    return requests.map((request) => claimRow(this.rowOf(request.name), request, this.now(), this.operating));
  }

  async renew(held: readonly RenewRequest[]): Promise<RenewAnswer[]> {
    const now = this.now();
    return held.map(({ name, token, lease, maxHold }): RenewAnswer => {
      const row = this.rows.get(name);
      if (!row || row.token !== token || row.finishedAt !== null || row.lockedUntil <= now)
        return { status: 'lost', now };
      row.lockedUntil = Math.max(row.lockedUntil, Math.min(now + lease, row.startedAt + maxHold));
      const { by, reason, fence } = this.operating.cancels.get(name) ?? {};
      const cancelled = by !== undefined && fence === row.fence ? { by, reason } : undefined;
      return { status: 'renewed', now, lockedUntil: new Date(row.lockedUntil), cancelled };
    });
  }

  async release(held: readonly ReleaseRequest[]): Promise<ReleaseAnswer[]> {
    const now = this.now();
    return held.map((request) => {
      const row = this.rows.get(request.name);
      const answer = releaseRow(row, request, now);
      recordRun(this.operating.runs, row, request, answer, now);
      return answer;
    });
  }

  async purge({ prefix, unusedFor }: PurgeRequest): Promise<number> {
    const before = this.now() - unusedFor;
    const unused = [...this.rows].filter(
      ([name, { finishedAt, lockedUntil, lastTick, fence }]) =>
        name.startsWith(prefix) &&
        finishedAt !== null &&
        finishedAt < before &&
        lockedUntil < before &&
        lastTick === -Infinity &&
        fence < BigInt(Math.floor(before)),
    );
    for (const [name] of unused) this.rows.delete(name);
    return unused.length;
  }

  /** Only looks at the row: there is no transaction here that could hold it. */
  async holdThroughCommit(_: EntityManager, { name, token }: HeldLockKey): Promise<boolean> {
    return this.isRunning(name, token);
  }

  /** Whether a run of the name is in progress; with a token, whether it is the one of that token. */
  private isRunning(name: string, token?: string): boolean {
    const row = this.rows.get(name);
    if (!row || row.finishedAt !== null || row.lockedUntil <= this.now()) return false;
    return token === undefined || row.token === token;
  }

  private rowOf(name: string): InMemoryLockRow {
    let row = this.rows.get(name);
    if (!row) this.rows.set(name, (row = newRow(this.now())));
    return row;
  }
}
