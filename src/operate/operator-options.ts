import type { NewTrigger, RecordedAction } from '../store/operator-store.js';
import type { RunOutcome } from '../store/recorded-run.js';
import type { TaskCondition, TriggerState } from './operator-types.js';

/** What a {@link TaskLockOperator} is made of beside its store. */
export interface TaskLockOperatorOptions {
  /** The least time by which a task is late before it is overdue, in milliseconds. Default: 60,000. */
  overdueAfter?: number;
  /** Runs a trigger in this application, if it has the method; answers nothing where it has not. */
  runHere?: (trigger: NewTrigger, wait: boolean) => Promise<TriggerState> | undefined;
  /** Called after a resume: requests that waited meanwhile are looked for. `*` for all tasks. */
  resumed?: (name: string) => void;
  /** Called after each action that took effect. */
  acted?: (action: OperatorAction) => void;
}

/** An action that took effect. */
export type OperatorAction = Pick<
  RecordedAction,
  'name' | 'key' | 'action' | 'by' | 'reason' | 'until' | 'fence'
>;

/** An instant: a Date, or ISO 8601 with its offset, like `2026-03-01T12:00:00Z`. */
export type InstantInput = Date | string;

export interface TaskSearch {
  /** Only tasks in this state. */
  state?: TaskCondition;
  /** Counts from 1. Default: 1. */
  page?: number;
}

export interface RunsSearch {
  /** Default: 50; at most 500. */
  limit?: number;
  outcome?: RunOutcome | readonly RunOutcome[];
  key?: string;
  /** Only runs that started before. */
  before?: InstantInput;
}

/** The newest ticks, or those between two instants (both included). */
export type TicksSearch =
  | {
      /** Default: 50; at most 500. */
      last?: number;
    }
  | {
      from: InstantInput;
      /** Default: now. */
      to?: InstantInput;
    };

export interface PauseOptions {
  /** Who pauses it: at most 200 characters. */
  by: string;
  /** At most 500 characters. */
  reason: string;
  /** When the pause ends by itself. Default: never. */
  until?: InstantInput;
}

export interface ActOptions {
  by: string;
}

export interface TriggerOptions {
  by: string;
  /** The method's arguments: an array, or its JSON text. Default: none. */
  args?: readonly unknown[] | string;
  /** Compared with the key of the arguments, by which the run takes its lock. Not needed where `args` are given. */
  key?: string;
  /** True: it runs although the task is paused. */
  evenIfPaused?: boolean;
  reason?: string;
  /** False: do not wait for the end of a run in this application, and follow it with `triggered`. Default: true. */
  wait?: boolean;
}

export interface CancelOptions {
  /** That of the run that you saw: another one is not stopped. */
  fence: string | bigint;
  key?: string;
  by: string;
  reason: string;
}

export interface ReleaseOptions {
  /** That of the run that you saw: another one keeps its lock. */
  fence: string | bigint;
  key?: string;
  by: string;
  reason?: string;
  /** True: take the lock away although the lease is alive. It is free when the lease ends. */
  force?: boolean;
  /** With `force`: end the lease at once. Two may run then. */
  now?: boolean;
}
