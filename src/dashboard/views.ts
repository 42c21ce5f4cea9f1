import type {
  ActionState,
  Explanation,
  NextTick,
  Page,
  PauseState,
  RecentRun,
  RunState,
  TaskCondition,
  TaskState,
  TickState,
  TriggerState,
} from '../operate/operator-types.js';

/** What a page can do with a task. */
export const DASHBOARD_ACTIONS = ['pause', 'resume', 'trigger', 'cancel', 'release', 'forget'] as const;

export type DashboardAction = (typeof DASHBOARD_ACTIONS)[number];

/** What every page knows. All links are relative: a proxy in front may strip a prefix. */
export interface Frame {
  title: string;
  user: string;
  /** The link to the list: `task-lock`, or `../task-lock`. */
  home: string;
  /** What stands before `task`, `confirm` and `act` in a link: `task-lock/`, `./`, or nothing. */
  base: string;
  /** What this user may do; none on a read-only instance. */
  allowed: readonly DashboardAction[];
  /** When the page was made, by the database's clock: ages and countdowns are measured from it. */
  now: Date;
}

export interface ListView extends Frame {
  tasks: Page<TaskState>;
  /** The last runs of each task of the page, the newest first. */
  recent: ReadonlyMap<string, readonly RecentRun[]>;
  /** The pause of all tasks, whatever the filter. */
  pause: PauseState | null;
  /** How many tasks are in each state, whatever the filter. */
  counts: Readonly<Record<TaskCondition, number>>;
  filter?: TaskCondition;
}

export interface TaskView extends Frame {
  explanation: Explanation;
  /** The newest last, as the ledger gives them. Empty for a task without ticks. */
  ticks: readonly TickState[];
  runs: readonly RunState[];
  next: readonly NextTick[];
  actions: readonly ActionState[];
  /** The trigger that this user has just sent, read from the database. */
  trigger?: TriggerState;
}

/** A form that says what will happen, before it does. `task` is `*` for all tasks. */
export interface ConfirmView extends Frame {
  action: DashboardAction;
  name: string;
  task?: TaskState;
  /** The run that the user saw, of a cancel or a release. */
  fence?: string;
  key?: string;
  /** Release by force, of a run whose lease is alive. */
  force?: boolean;
}

/**
 * What the form of a confirm page posts to `act`. A field that the action has not is missing. Where `name` or `key` has line
 * breaks, it stands in the query of the address, too, and counts there: a form makes CRLF of each.
 */
export interface ActFields {
  action: DashboardAction;
  name: string;
  key?: string;
  fence?: string;
  force?: '1';
  reason?: string;
  /** How long a pause lasts: a length of time, `until` where the next field says when it ends, or empty for no end. */
  for?: '1h' | '8h' | '24h' | 'until' | '';
  /** In UTC, without saying so: `2026-11-27T06:00`. Ignored unless `for` is `until`. */
  until?: string;
}

/** What an action has answered, or why it was refused. */
export interface AnswerView extends Frame {
  name: string;
  heading: string;
  sentences: readonly string[];
  tone: 'done' | 'refused';
}

/** A page without data: no such task, bad input, no database. */
export interface MessageView extends Pick<Frame, 'title' | 'home'> {
  heading: string;
  sentences: readonly string[];
  /** Seconds after which the browser asks again, also with scripts off. */
  retryAfter?: number;
}
