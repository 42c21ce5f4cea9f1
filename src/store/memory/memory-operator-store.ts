import { keyedPrefix } from '../lock-name.js';
import type {
  CancelResult,
  Declaration,
  HistoryLimits,
  LedgerFacts,
  LedgerSearch,
  LockRecord,
  NewTrigger,
  OperatorStore,
  Pause,
  RecordedAction,
  ReleaseResult,
  RunSearch,
  SeenRun,
  Steering,
  TakenTrigger,
  TaskRecord,
  TriggerAnswer,
} from '../operator-store.js';
import type { RecordedRun, RunFacts } from '../recorded-run.js';
import { InMemoryActions } from './memory-actions.js';
import { InMemoryDeclarations } from './memory-declarations.js';
import { failuresInARow, InMemoryHistory } from './memory-history.js';
import type { InMemoryLockRow } from './memory-lock-row.js';
import type { InMemoryOperating } from './memory-operating.js';
import type { InMemoryRequestStore } from './memory-request-store.js';
import { InMemorySteering } from './memory-steering.js';

/** All that an operator sees and does, in memory, by the same rules as Postgres. */
export class InMemoryOperatorStore implements OperatorStore {
  private readonly declarations: InMemoryDeclarations;
  private readonly history: InMemoryHistory;
  private readonly steering: InMemorySteering;
  private readonly acted: InMemoryActions;

  constructor(
    private readonly clock: () => number,
    private readonly rows: Map<string, InMemoryLockRow>,
    operating: InMemoryOperating,
    private readonly requests: InMemoryRequestStore,
  ) {
    this.declarations = new InMemoryDeclarations(clock);
    this.history = new InMemoryHistory(operating.runs, clock);
    this.steering = new InMemorySteering(clock, rows, operating);
    this.acted = new InMemoryActions(clock);
  }

  async prepare(): Promise<undefined> {}

  async now(): Promise<Date> {
    return new Date(this.clock());
  }

  async declare(declaration: Declaration): Promise<void> {
    this.declarations.declare(declaration);
  }

  async tasks(names?: readonly string[]): Promise<TaskRecord[]> {
    const known = await this.names();
    return known.filter((name) => !names || names.includes(name)).map((name) => this.recordOf(name));
  }

  async names(): Promise<string[]> {
    const tasks = new Set([...this.declarations.all(), ...this.history.tasks()]);
    const ofKeys = (lock: string): boolean => [...tasks].some((task) => this.keysOf(task).includes(lock));
    const locks = [...this.rows.keys()].filter((lock) => !tasks.has(lock) && !ofKeys(lock));
    return [...tasks, ...locks].sort();
  }

  async lock(name: string): Promise<LockRecord | undefined> {
    return this.steering.lock(name);
  }

  async runs(search: RunSearch): Promise<RecordedRun[]> {
    return this.history.search(search);
  }

  async ledger(search: LedgerSearch): Promise<LedgerFacts> {
    const pauses = this.acted.pauses(search.task);
    return {
      definitions: this.declarations.of(search.task),
      runs: this.history.around(search),
      pauses: pauses.filter(({ from, to }) => from <= search.to && (!to || to >= search.from)),
      historySince: this.history.of(search.task).at(-1)?.startedAt,
      lock: this.steering.lock(search.task),
    };
  }

  async actions(name: string | undefined, limit: number, before?: string): Promise<RecordedAction[]> {
    return this.acted.newest(name, limit, before);
  }

  async recordDied(runs: readonly RunFacts[]): Promise<void> {
    this.history.recordDied(runs);
  }

  async prune(limits: HistoryLimits): Promise<number> {
    return this.history.prune(limits);
  }

  async pause(name: string, until: Date | undefined, steering: Steering): Promise<Pause> {
    this.acted.add({ action: 'pause', name, until, ...steering });
    return this.steering.pause(name, until, steering);
  }

  async resume(name: string, steering: Steering): Promise<boolean> {
    const wasPaused = this.steering.resume(name);
    this.acted.add({ action: 'resume', name, ...steering, answer: wasPaused ? 'resumed' : 'not paused' });
    return wasPaused;
  }

  async cancel(run: SeenRun, steering: Steering): Promise<CancelResult> {
    const result = this.steering.cancel(run, steering);
    const token = this.rows.get(run.name)?.token;
    if (result.status === 'cancelled' && token) this.requests.exhaust(run.name, token);
    this.acted.add({ action: 'cancel', ...namesOf(run), ...steering, answer: result.status });
    return result;
  }

  async release(
    run: SeenRun,
    { by, reason, force, now }: Steering & { force: boolean; now: boolean },
  ): Promise<ReleaseResult> {
    const result = this.steering.release(run, { force, now });
    this.acted.add({ action: 'release', ...namesOf(run), by, reason, answer: result.status });
    return result;
  }

  async forget(name: string, steering: Steering): Promise<number> {
    const locks = [name, ...this.keysOf(name)];
    const isInUse =
      this.declarations.current(name)?.isDeclared || locks.some((lock) => this.steering.isAlive(lock));
    const removed = isInUse
      ? 0
      : this.declarations.forget(name) + this.history.forget(name) + this.steering.forget(name, locks);
    this.acted.add({ action: 'forget', name, ...steering, answer: String(removed) });
    return removed;
  }

  async addTrigger(trigger: NewTrigger, takenBy?: string): Promise<{ id: string; expiresAt: Date }> {
    return this.acted.addTrigger(trigger, takenBy);
  }

  async takeTriggers(tasks: readonly string[], replica: string): Promise<TakenTrigger[]> {
    return this.acted.take(tasks, replica);
  }

  async startTrigger(id: string, fence: bigint): Promise<void> {
    this.acted.start(id, fence);
  }

  async answerTrigger(id: string, answer: TriggerAnswer): Promise<void> {
    this.acted.answer(id, answer);
  }

  async action(id: string): Promise<RecordedAction | undefined> {
    return this.acted.get(id);
  }

  private recordOf(name: string): TaskRecord {
    const runs = this.history.of(name);
    const requests = this.requests.all().filter(({ task }) => task === name);
    return {
      name,
      definition: this.declarations.current(name),
      locks: this.locksOf(name),
      lastRun: runs[0],
      lastSuccessAt: runs.find(({ outcome }) => outcome === 'succeeded')?.finishedAt,
      failuresInARow: failuresInARow(runs),
      pause: this.steering.pauseOf(name),
      resumedAt: this.steering.resumedAt(name),
      requests: {
        waiting: requests.filter(({ parkedAt }) => parkedAt === undefined).length,
        parked: requests.filter(({ parkedAt }) => parkedAt !== undefined).length,
      },
    };
  }

  /** Its own lock, and those of keys whose run is in progress or has died. */
  private locksOf(name: string): LockRecord[] {
    const own = this.steering.lock(name);
    const ofKeys = this.keysOf(name).flatMap((lock) => {
      const record = this.steering.lock(lock);
      return record && !record.finishedAt ? [record] : [];
    });
    return [...(own ? [own] : []), ...ofKeys];
  }

  /** The locks of the keys of a task, if it has keys. */
  private keysOf(name: string): string[] {
    const hasKeys =
      this.declarations.current(name)?.isKeyed || this.history.of(name).some(({ key }) => key !== undefined);
    return hasKeys ? [...this.rows.keys()].filter((lock) => lock.startsWith(keyedPrefix(name))) : [];
  }
}

function namesOf({ task: name, key, fence }: SeenRun): { name: string; key?: string; fence: bigint } {
  return { name, key, fence };
}
