import { ALL_TASKS } from '../operator-store.js';
import type {
  CancelResult,
  LockRecord,
  NewPause,
  Pause,
  ReleaseResult,
  SeenRun,
  Steering,
} from '../operator-store.js';
import type { RunTrigger } from '../recorded-run.js';
import type { InMemoryLockRow } from './memory-lock-row.js';
import { runKey } from './memory-operating.js';
import type { InMemoryOperating, InMemoryPause } from './memory-operating.js';

const HOUR = 3_600_000;

/** Rows as an operator sees and changes them. */
export class InMemorySteering {
  constructor(
    private readonly now: () => number,
    private readonly rows: Map<string, InMemoryLockRow>,
    private readonly operating: InMemoryOperating,
  ) {}

  lock(name: string): LockRecord | undefined {
    const row = this.rows.get(name);
    return row && Number.isFinite(row.startedAt) ? this.recordOf(name, row) : undefined;
  }

  isAlive(name: string): boolean {
    const row = this.rows.get(name);
    return row !== undefined && row.finishedAt === null && row.lockedUntil > this.now();
  }

  /** The pause that ends last of a task's own and that of all tasks. */
  pauseOf(task: string): Pause | undefined {
    const active = [task, ALL_TASKS].flatMap((name) => {
      const pause = this.operating.pauses.get(name);
      return pause && pause.until > this.now() ? [{ name, ...pause }] : [];
    });
    const [last] = active.sort((one, other) => (other.until > one.until ? 1 : -1));
    return last && pauseIn(last.name, last);
  }

  pause(name: string, until: Date | undefined, { by, reason }: Steering): NewPause {
    const since = this.now();
    const before = this.operating.pauses.get(name);
    const replaced = before && before.until > since ? pauseIn(name, before) : undefined;
    this.operating.pauses.set(name, { since, until: until?.getTime() ?? Infinity, by, reason });
    return { name, by, reason, since: new Date(since), until, ...(replaced ? { replaced } : {}) };
  }

  resume(name: string): boolean {
    const pause = this.operating.pauses.get(name);
    const now = this.now();
    if (!pause || pause.until <= now) return false;
    Object.assign(pause, { until: now, resumedAt: now });
    return true;
  }

  cancel({ name, fence }: SeenRun, { by, reason }: Steering): CancelResult {
    const row = this.rows.get(name);
    if (!row || row.fence !== fence || !this.isAlive(name) || row.token === null)
      return { status: 'refused', lock: this.lock(name) };
    this.operating.cancels.set(name, { fence, by, reason });
    forbidRecovery(row);
    return { status: 'cancelled', lock: this.recordOf(name, row) };
  }

  /** A dead run is over; a living one keeps its lease, unless it is ended `now`, and never renews again. */
  release(run: SeenRun, { force, now: atOnce }: { force: boolean; now: boolean }): ReleaseResult {
    const { name, fence } = run;
    const row = this.rows.get(name);
    if (!row || row.fence !== fence || row.finishedAt !== null)
      return { status: 'refused', lock: this.lock(name) };
    const now = this.now();
    const isAlive = this.isAlive(name);
    if (isAlive && !force) return { status: 'alive', lock: this.lock(name) };
    row.token = null;
    forbidRecovery(row);
    const ends = !isAlive || atOnce;
    if (ends) row.lockedUntil = Math.min(row.lockedUntil, now);
    this.recordEnd(run, row, isAlive);
    if (ends) Object.assign(row, { finishedAt: now, outcome: 'released' });
    return { status: 'released', freeAt: dateOf(row.lockedUntil) };
  }

  /** Removes the rows of locks, but none whose run ended within the hour: its tick could run again. */
  forget(task: string, locks: readonly string[]): number {
    const mayGo = locks.filter((name) => this.isLongOver(name));
    const removed = [
      ...mayGo.map((name) => this.rows.delete(name)),
      ...locks.map((name) => this.operating.cancels.delete(name)),
      this.operating.pauses.delete(task),
    ];
    return removed.filter((each) => each).length;
  }

  private isLongOver(name: string): boolean {
    const { finishedAt = null, lockedUntil = 0, fence = 0n } = this.rows.get(name) ?? {};
    const now = this.now();
    return (
      finishedAt !== null && finishedAt < now - HOUR && lockedUntil <= now && fence < BigInt(Math.floor(now))
    );
  }

  /** A living run is lost at the end of its lock: its holder says later when it ended. */
  private recordEnd({ name, task, key, fence }: SeenRun, row: InMemoryLockRow, isAlive: boolean): void {
    const id = runKey({ name, fence });
    if (this.operating.runs.has(id)) return;
    const trigger = (row.outcome ?? 'call') as RunTrigger;
    const isOfTick = trigger === 'tick' || trigger === 'recovery' || trigger === 'catch-up';
    this.operating.runs.set(id, {
      name,
      task,
      key,
      fence,
      trigger,
      replica: row.lockedBy ?? '',
      startedAt: new Date(row.startedAt),
      tick: isOfTick ? dateOf(row.lastTick) : undefined,
      finishedAt: isAlive ? dateOf(row.lockedUntil) : undefined,
      outcome: isAlive ? 'lost' : 'died',
    });
  }

  private recordOf(name: string, row: InMemoryLockRow): LockRecord {
    const isFreed = row.finishedAt === null && row.token === null;
    return {
      name,
      startedAt: dateOf(row.startedAt) ?? new Date(0),
      finishedAt: row.finishedAt === null ? undefined : new Date(row.finishedAt),
      lockedUntil: dateOf(row.lockedUntil),
      lastTick: dateOf(row.lastTick),
      fence: row.fence,
      heldBy: row.lockedBy ?? undefined,
      outcome: row.outcome ?? undefined,
      isCancelled: this.operating.cancels.get(name)?.fence === row.fence,
      isTakenAway: isFreed && row.outcome !== 'recoverable',
      isLeftOpen: isFreed && row.outcome === 'recoverable',
    };
  }
}

function pauseIn(name: string, { by, reason, since, until }: InMemoryPause): Pause {
  return { name, by, reason, since: new Date(since), until: dateOf(until) };
}

function forbidRecovery(row: InMemoryLockRow): void {
  if (row.outcome === 'recoverable') row.outcome = 'tick';
  if (row.outcome === 'recovering') row.outcome = 'recovery';
}

function dateOf(instant: number): Date | undefined {
  return Number.isFinite(instant) ? new Date(instant) : undefined;
}
