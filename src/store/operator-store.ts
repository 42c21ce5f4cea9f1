import type { RecordedRun, RunFacts, RunOutcome, RunTrigger } from './recorded-run.js';

/** A decorated method as a start-up declares it. Durations are milliseconds. */
export interface DeclaredTask {
  name: string;
  /** Class and method, like `Jobs.cleanUp`. */
  member?: string;
  /** A cron expression, the ISO date of a `@Cron(new Date())`, `every 60s`, or nothing. */
  schedule?: string;
  /** As it resolved where the replica runs: a name, or `UTC+02:00` for a utcOffset. */
  timeZone?: string;
  interval?: number;
  minHold: number;
  maxHold: number;
  lease: number;
  /** Whether its runs belong to ticks that every replica computes alike. */
  isScheduled: boolean;
  /** Whether it has a `when`. */
  isConditional: boolean;
  isDisabled: boolean;
  /** Whether each key has a lock of its own. */
  isKeyed: boolean;
  /** Whether its replicas look for triggers from outside. */
  isPolled: boolean;
}

/** All tasks of an application, as a replica declares them when it starts. */
export interface Declaration {
  application?: string;
  tasks: readonly DeclaredTask[];
  replica: string;
  /** Of this package. */
  version: string;
}

/** A definition of a task that some replica has declared. */
export interface Definition extends DeclaredTask {
  application?: string;
  firstDeclared: Date;
  /** The last heartbeat of a declaration that lists it. */
  lastDeclared: Date;
  /** The replica that sent it, and the version of this package there. */
  declaredBy: string;
  version: string;
  /** False: the current declaration of its application has another definition of the task, or none. */
  isDeclared: boolean;
}

/** A pause as it stands. `until` is missing where it ends by a resume only. */
export interface Pause {
  /** The task, or `*` for all. */
  name: string;
  by: string;
  reason?: string;
  since: Date;
  until?: Date;
}

/** A pause that somebody has just made. */
export interface NewPause extends Pause {
  /** The pause that held until then under the same name. */
  replaced?: Pause;
}

/** The row of a lock. */
export interface LockRecord {
  name: string;
  startedAt: Date;
  /** None while a run is in progress, or after it has died. */
  finishedAt?: Date;
  /** The end of the lease, or of the minimum hold once the run is over; none where somebody wrote `infinity`. */
  lockedUntil?: Date;
  lastTick?: Date;
  fence: bigint;
  heldBy?: string;
  /** While a run is in progress its trigger, or `recoverable` or `recovering`; afterwards how it ended. */
  outcome?: string;
  /** Whether its run was asked to stop. */
  isCancelled: boolean;
  /** Whether an operator took it away from its run, which renews it no more: it is held until `lockedUntil` only. */
  isTakenAway: boolean;
  /** Whether a shutdown released it so that its tick is recovered: nobody died. */
  isLeftOpen?: boolean;
}

/** All that the database knows of one task, read in one statement a table. */
export interface TaskRecord {
  name: string;
  /** The current definition; none for a task that only `TaskLockService.run` names. */
  definition?: Definition;
  /** Its locks: of a task with keys those whose run is in progress or has died. */
  locks: readonly LockRecord[];
  lastRun?: RecordedRun;
  /** Among the newest thousand runs, as many as are kept: see {@link MOST_IN_A_ROW}. */
  lastSuccessAt?: Date;
  failuresInARow: number;
  /** The one that ends last of its own and that of all tasks. */
  pause?: Pause;
  /** Its own and those of all tasks, as long as they are kept: a tick that one of them covered is not overdue. */
  pauses: readonly PausedTime[];
  requests: { waiting: number; parked: number };
}

/** Which runs are asked for: newest first. */
export interface RunSearch {
  task: string;
  limit: number;
  outcomes?: readonly RunOutcome[];
  key?: string;
  /** Only runs that started before. */
  before?: Date;
  /** Only runs with one of these, each unique within its lock. */
  fences?: readonly bigint[];
  trigger?: RunTrigger;
}

/** What a list shows of a run. */
export type ShortRun = Pick<RecordedRun, 'task' | 'fence' | 'startedAt' | 'finishedAt' | 'outcome'>;

/** What is asked for a ledger: everything that may say something of ticks between two instants. */
export interface LedgerSearch {
  task: string;
  from: Date;
  to: Date;
}

/** A time in which no claim could be won. */
export interface PausedTime {
  /** The task, or `*` for all. */
  name: string;
  by: string;
  reason?: string;
  from: Date;
  /** None while it lasts without an end. */
  to?: Date;
}

export interface LedgerFacts {
  /** One for each declaration that has the task, with its times: the one that was declared first most recently is last. */
  definitions: readonly Definition[];
  /**
   * Runs, also of calls, that were in progress at some time between the two instants; those of ticks in that time, one
   * before it and one after it, by their tick.
   */
  runs: readonly RecordedRun[];
  pauses: readonly PausedTime[];
  /** The start of the oldest run that the history has of the task, or, of very many, from which on these have all. */
  historySince?: Date;
  lock?: LockRecord;
}

export type ActionKind = 'pause' | 'resume' | 'trigger' | 'cancel' | 'release' | 'forget';

/** Who did what, and what came of it. */
export interface RecordedAction {
  id: string;
  /** The task, or `*` for all. */
  name: string;
  key?: string;
  action: ActionKind;
  by: string;
  reason?: string;
  at: Date;
  /** Of a pause. */
  until?: Date;
  /** Of a trigger: when it expires if no replica has taken it; of one that was taken, if its run has not begun. */
  expiresAt?: Date;
  fence?: bigint;
  takenBy?: string;
  answer?: string;
  error?: string;
  answeredAt?: Date;
}

/** A run of one lock, named by an operator who saw it. */
export interface SeenRun {
  /** The lock. */
  name: string;
  task: string;
  key?: string;
  fence: bigint;
}

export interface Steering {
  by: string;
  reason?: string;
}

/** What a run that is asked for from outside needs. */
export interface NewTrigger extends Steering {
  task: string;
  key?: string;
  /** JSON text of an array. */
  args?: string;
  evenIfPaused: boolean;
  /** Milliseconds for which it waits for a replica; of one that is taken already, in which its run begins or never. */
  expiresIn: number;
}

/** A task whose triggers a replica takes. */
export interface TakenTask {
  task: string;
  /** Milliseconds from the take in which a run begins, or never. */
  startsWithin: number;
}

/** A trigger that a replica has taken. */
export interface TakenTrigger {
  id: string;
  task: string;
  key?: string;
  args?: string;
  by: string;
  evenIfPaused: boolean;
}

/** What came of a trigger: how its run ended, or why it did not begin. */
export interface TriggerAnswer {
  answer: string;
  fence?: bigint;
  error?: string;
}

/** What came of a cancel. `refused`: another run, or none, is in the row, which is told. */
export type CancelResult =
  { status: 'cancelled'; lock: LockRecord } | { status: 'busy' } | { status: 'refused'; lock?: LockRecord };

/**
 * What came of a release. `freeAt`: when the next claim can be won; none where somebody wrote `infinity` into the row.
 * `alive`: the lease is not over, and force was not used.
 */
export type ReleaseResult =
  | { status: 'released'; freeAt?: Date }
  | { status: 'busy' }
  | { status: 'refused' | 'alive'; lock?: LockRecord };

/** What came of a forget. `refused`: this replica declared the task last, or may run it still. */
export type ForgetResult =
  { status: 'forgotten'; removed: number } | { status: 'refused'; declaredBy: string; lastDeclared: Date };

/** How much of the history is kept. */
export interface HistoryLimits {
  /** Runs a task, and in all for a task with keys. */
  runs: number;
  runsOfKeyed: number;
  /** The newest that are kept whatever their age. */
  atLeast: number;
  /** Milliseconds. */
  maxAge: number;
}

/**
 * The tables beside the locks: what is declared, what ran, what was paused and who steered. Nothing here may cost a lock:
 * a claim, a renewal or a release goes on without it.
 */
export interface OperatorStore {
  /** Says what keeps these tables from being used, with the statement that mends it; nothing where they can be. */
  prepare(): Promise<string | undefined>;
  /** The store's clock. */
  now(): Promise<Date>;

  /** Writes down only what differs from what is there, and a heartbeat if the last one is older than REFRESHED_AFTER. */
  declare(declaration: Declaration): Promise<void>;
  /** A task of an application without a name that has none of these: two applications share the tables. */
  strangerTo(names: readonly string[]): Promise<string | undefined>;
  /** All tasks, or these. */
  tasks(names?: readonly string[]): Promise<TaskRecord[]>;
  /** Every name that was declared or has run. */
  names(): Promise<string[]>;
  /** One lock, whose name differs from that of its task where the task has a key. */
  lock(name: string): Promise<LockRecord | undefined>;
  runs(search: RunSearch): Promise<RecordedRun[]>;
  /** The newest so many of each of these tasks, the newest first. */
  recentRuns(tasks: readonly string[], limit: number): Promise<ShortRun[]>;
  ledger(search: LedgerSearch): Promise<LedgerFacts>;
  /** The newest first: those on a task and on all tasks, or every one without a name. */
  actions(name: string | undefined, limit: number, before?: string): Promise<RecordedAction[]>;

  /** Adds runs that died. One that is recorded already stays as it is. */
  recordDied(runs: readonly RunFacts[]): Promise<void>;
  /** Removes what the limits do not keep. Resolves to how many rows it removed. */
  prune(limits: HistoryLimits): Promise<number>;

  /** Paused until then, or until a resume. Takes the place of the pause that holds under that name. */
  pause(name: string, until: Date | undefined, steering: Steering): Promise<NewPause>;
  /** Resolves to whether it was paused. */
  resume(name: string, steering: Steering): Promise<boolean>;
  cancel(run: SeenRun, steering: Steering): Promise<CancelResult>;
  release(run: SeenRun, steering: Steering & { force: boolean; now: boolean }): Promise<ReleaseResult>;
  /** Removes all that is stored of a task that no replica has. */
  forget(name: string, steering: Steering): Promise<ForgetResult>;

  /** Adds a trigger that waits for a replica, or that this one has taken already. */
  addTrigger(trigger: NewTrigger, takenBy?: string): Promise<{ id: string; expiresAt: Date }>;
  /** Takes open triggers of these tasks: each is taken once. */
  takeTriggers(tasks: readonly TakenTask[], replica: string): Promise<TakenTrigger[]>;
  /** Its run has begun. */
  startTrigger(id: string, fence: bigint, key?: string): Promise<void>;
  answerTrigger(id: string, answer: TriggerAnswer): Promise<void>;
  /** One action by its id. */
  action(id: string): Promise<RecordedAction | undefined>;
}

/** How many runs of a task are searched for its last success. */
export const MOST_IN_A_ROW = 1_000;

/** The pause of all tasks, and the declaration of an application. */
export const ALL_TASKS = '*';

/** Milliseconds after which a declaration needs a heartbeat: of all replicas with the same code, one sends it. */
export const REFRESHED_AFTER = 4 * 60_000;

/**
 * Milliseconds without a heartbeat after which a declaration has lapsed, where another one of its application had one.
 * A replica may miss two.
 */
export const IN_USE = 15 * 60_000;

/** Milliseconds after its last heartbeat by which it has lapsed, as the next heartbeat of the other one shows. */
export const LAPSED_BY = IN_USE + 5 * 60_000;

/**
 * Milliseconds after the first declaration of newer code by which a rolling deployment is over. Older code that has a
 * heartbeat after that lives beside the newer one for good, as where replicas of one application have different tasks.
 */
export const DEPLOYED_WITHIN = 3_600_000;

/** Milliseconds without a heartbeat before which no task is forgotten: after an outage not all replicas are back at once. */
export const KEPT_FOR = 3_600_000;

/** Milliseconds without a heartbeat after which a task may be forgotten in any case: its application may be gone. */
export const GIVEN_UP_AFTER = 2 * 24 * 3_600_000;
