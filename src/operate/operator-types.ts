import type { RunOutcome, RunTrigger } from '../store/recorded-run.js';
import type { ActionKind } from '../store/operator-store.js';

/** Times are ISO 8601 in UTC, durations milliseconds, and fences strings: the same JSON in service, command line and page. */

export const TASK_CONDITIONS = ['idle', 'running', 'paused', 'overdue', 'died', 'undeclared'] as const;

/** `overdue`: it should have run by now. `died`: its last run was never released, and none has begun since. */
export type TaskCondition = (typeof TASK_CONDITIONS)[number];

/** A run in progress. */
export interface RunningState {
  replica: string;
  since: string;
  leaseEndsAt: string | null;
  tick: string | null;
  fence: string;
  key: string | null;
}

/** A run that has ended, or whose replica died. */
export interface RunState {
  key: string | null;
  fence: string;
  tick: string | null;
  trigger: RunTrigger;
  replica: string;
  startedAt: string;
  finishedAt: string | null;
  durationMs: number | null;
  latenessMs: number | null;
  outcome: RunOutcome;
  error: string | null;
}

/** A run as a list of tasks shows it. */
export type RecentRun = Pick<RunState, 'fence' | 'startedAt' | 'durationMs' | 'outcome'>;

export interface PauseState {
  by: string;
  reason: string | null;
  since: string;
  /** Null where only a resume ends it. */
  until: string | null;
  /** The task, or `*` where all tasks are paused. */
  name: string;
}

export interface TaskState {
  name: string;
  application: string | null;
  member: string | null;
  schedule: string | null;
  timeZone: string | null;
  interval: number | null;
  minHold: number | null;
  maxHold: number | null;
  state: TaskCondition;
  running: RunningState | null;
  lastRun: RunState | null;
  lastSuccessAt: string | null;
  failuresInARow: number;
  nextDue: string | null;
  overdueByMs: number | null;
  paused: PauseState | null;
  requests: { waiting: number; parked: number };
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  page: number;
  pages: number;
  total: number;
}

export interface TaskPage extends Page<TaskState> {
  /** How many tasks are in each state, whatever is searched for. */
  counts: Record<TaskCondition, number>;
  /** The pause of all tasks, whatever is searched for. */
  paused: PauseState | null;
  /** By the database's clock. */
  at: string;
}

/** What became of an expected tick. */
export type TickFate =
  'ran' | 'running' | 'not due' | 'paused' | 'overlapped' | 'missed' | 'ran, not recorded' | 'unknown';

export interface TickState {
  tick: string;
  state: TickFate;
  /** The run of the tick; of an overlapped one the run that was in its way. */
  run: RunState | null;
  paused: PauseState | null;
}

/** A tick that lies ahead. */
export interface NextTick {
  tick: string;
  /** What the clock of the schedule's zone shows then, with its offset: `2026-03-29T03:00:00.000+02:00`. */
  localTime: string;
  timeZone: string | null;
}

/** Why a task is not running now. */
export interface Explanation {
  name: string;
  /** By the database's clock. */
  at: string;
  /** In words, the most important first. */
  sentences: string[];
  /** What cannot be known from the database, in words. */
  unknown: string[];
  task: TaskState;
}

export interface ActionState {
  id: string;
  name: string;
  key: string | null;
  action: ActionKind;
  by: string;
  reason: string | null;
  at: string;
  until: string | null;
  fence: string | null;
  answer: string | null;
  error: string | null;
}

export interface PauseAnswer {
  status: 'paused';
  paused: PauseState;
  /** Runs that go on. */
  running: RunningState[];
  warnings: string[];
}

export interface ResumeAnswer {
  status: 'resumed' | 'not paused';
  /** Another pause that still holds: that of all tasks, or of the task alone. */
  stillPaused: PauseState | null;
}

/**
 * `executed`: it ran here or where it was taken. `waiting`: follow it by its id. `running`: its fence is null while the
 * replica that took it claims the lock. `expired`: no replica took it, or the one that did never began.
 */
export type TriggerState =
  | { status: 'executed'; id: string; fence: string; outcome: RunOutcome; error: string | null }
  | { status: 'skipped'; id: string; reason: string }
  | { status: 'waiting'; id: string; expiresAt: string }
  | { status: 'running'; id: string; replica: string; fence: string | null }
  | { status: 'expired'; id: string; replica: string | null };

export type CancelAnswer =
  | {
      status: 'cancelled';
      /** The run hears of it by then, at its next renewal. */
      hearsBy: string;
      running: RunningState;
    }
  | { status: 'busy' }
  | { status: 'refused'; message: string; running: RunningState | null };

export type ReleasedAnswer =
  | {
      status: 'released';
      /** When the next claim can be won; null where somebody wrote `infinity` into the row. */
      freeAt: string | null;
    }
  | { status: 'busy' }
  | { status: 'refused'; message: string; running: RunningState | null };
