import { keyedPrefix } from '../lock-name.js';
import { ALL_TASKS, MOST_IN_A_ROW } from '../operator-store.js';
import type {
  CancelResult,
  Declaration,
  ForgetResult,
  HistoryLimits,
  LedgerFacts,
  LedgerSearch,
  LockRecord,
  NewPause,
  NewTrigger,
  OperatorStore,
  RecordedAction,
  ReleaseResult,
  RunSearch,
  SeenRun,
  ShortRun,
  Steering,
  TakenTask,
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

  async strangerTo(names: readonly string[]): Promise<string | undefined> {
    return this.declarations.strangerTo(names);
  }

  async tasks(names?: readonly string[]): Promise<TaskRecord[]> {
    const known = await this.names();
    const asked = names?.filter((name) => known.includes(name) || this.steering.lock(name));
    return (asked ?? known).map((name) => this.recordOf(name));
  }

  async names(): Promise<string[]> {
    return [...new Set([...this.declarations.all(), ...this.history.tasks()])].sort();
  }

  async lock(name: string): Promise<LockRecord | undefined> {
    return this.steering.lock(name);
  }

  async runs(search: RunSearch): Promise<RecordedRun[]> {
    return this.history.search(search);
  }

  async recentRuns(tasks: readonly string[], limit: number): Promise<ShortRun[]> {
    return [...new Set(tasks)].flatMap((task) => this.history.of(task).slice(0, limit));
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
    const explained = (name: string, at: Date): boolean =>
      (name === ALL_TASKS ? [...this.history.tasks()] : [name]).some((task) =>
        this.history.of(task).some(({ startedAt }) => startedAt <= at),
      );
    const runs = this.history.prune(limits);
    return runs + this.acted.prune(limits.maxAge, explained) + this.declarations.prune(limits.maxAge);
  }

  async pause(name: string, until: Date | undefined, steering: Steering): Promise<NewPause> {
    this.acted.add({ action: 'pause', name, until, ...steering, answer: 'paused' });
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
    const wasAlive = this.steering.isAlive(run.name);
    const result = this.steering.release(run, { force, now });
    const how = wasAlive && result.status === 'released' ? ` by force${now ? ', at once' : ''}` : '';
    this.acted.add({ action: 'release', ...namesOf(run), by, reason, answer: `${result.status}${how}` });
    return result;
  }

  async forget(name: string, steering: Steering): Promise<ForgetResult> {
    const holder = this.declarations.holderOf(name);
    this.acted.add({ action: 'forget', name, ...steering, answer: holder ? 'refused' : 'forgotten' });
    if (!holder) return { status: 'forgotten', removed: this.removeAll(name) };
    const { declaredBy, lastDeclared } = holder;
    return { status: 'refused', declaredBy, lastDeclared: new Date(lastDeclared) };
  }

  async addTrigger(trigger: NewTrigger, takenBy?: string): Promise<{ id: string; expiresAt: Date }> {
    return this.acted.addTrigger(trigger, takenBy);
  }

  async takeTriggers(tasks: readonly TakenTask[], replica: string): Promise<TakenTrigger[]> {
    return this.acted.take(tasks, replica);
  }

  async startTrigger(id: string, fence: bigint, key?: string): Promise<void> {
    this.acted.start(id, fence, key);
  }

  async answerTrigger(id: string, answer: TriggerAnswer): Promise<void> {
    this.acted.answer(id, answer);
  }

  async action(id: string): Promise<RecordedAction | undefined> {
    return this.acted.get(id);
  }

  private removeAll(name: string): number {
    const locks = [name, ...this.keysOf(name)];
    const runs = locks.some((lock) => this.steering.isAlive(lock)) ? 0 : this.history.forget(name);
    const rows = this.steering.forget(name, locks);
    return runs + rows + this.declarations.forget(name) + this.requests.forget(name);
  }

  private recordOf(name: string): TaskRecord {
    const newest = this.history.of(name).slice(0, MOST_IN_A_ROW);
    const requests = this.requests.all().filter(({ task }) => task === name);
    return {
      name,
      definition: this.declarations.current(name),
      locks: this.locksOf(name),
      lastRun: newest[0],
      lastSuccessAt: newest.find(({ outcome }) => outcome === 'succeeded')?.finishedAt,
      failuresInARow: failuresInARow(newest),
      pause: this.steering.pauseOf(name),
      pauses: this.acted.pauses(name),
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
    if (!hasKeys) return [];
    return [...this.rows.keys()].filter(
      (lock) => lock.startsWith(keyedPrefix(name)) && !this.declarations.holderOf(lock),
    );
  }
}

function namesOf({ task: name, key, fence }: SeenRun): { name: string; key?: string; fence: bigint } {
  return { name, key, fence };
}
