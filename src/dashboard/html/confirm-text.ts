import type { RunningState } from '../../operate/operator-types.js';
import type { ConfirmView, DashboardAction } from '../views.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { pauseEnd, pauseReason } from './pause-text.js';
import { shown } from './shown.js';
import { absolute, relative } from './times.js';

/** What a confirm page says of an action. Without a button only what can be done in its place is shown. */
export interface Confirmation {
  heading: Html;
  /** What will happen, a sentence each. */
  sentences: readonly Html[];
  /** What somebody must have read. */
  warning?: Html;
  button?: string;
  reason?: 'required' | 'optional';
  isDangerous?: boolean;
}

const TEXTS: Readonly<Record<DashboardAction, (view: ConfirmView) => Confirmation>> = {
  pause,
  resume,
  trigger,
  cancel,
  release,
  forget,
};

export function confirmation(view: ConfirmView): Confirmation {
  return TEXTS[view.action](view);
}

function nameOf({ name }: ConfirmView): Html {
  return name === '*' ? html`all tasks` : shown(name);
}

function pause(view: ConfirmView): Confirmation {
  const { task, now, name } = view;
  const isAll = name === '*';
  const it = isAll ? 'they' : 'it';
  return {
    heading: html`Pause ${nameOf(view)}?`,
    sentences: [
      isAll
        ? html`No run of any task starts until the pause ends: not by schedules, calls or requests, and on no replica.`
        : html`No run of it starts until the pause ends: not by its schedule, a call or a request, and on no replica.`,
      task?.running
        ? html`The run on ${shown(task.running.replica)} goes on. It has run for ${relative(task.running.since, now, 'for')}.`
        : html`Runs in progress go on.`,
      html`What is due meanwhile is not caught up, and is not reported as missed.`,
      html`While paused, ${it} cannot be overdue, so no alert tells you that ${it} still ${isAll ? 'do' : 'does'} not run. Give the pause an end.`,
    ],
    warning: task?.paused
      ? html`It is paused already, by ${shown(task.paused.by)}, ${pauseEnd(task.paused, now)}${pauseReason(task.paused)}. This pause takes the place of that one.`
      : undefined,
    button: isAll ? 'Pause all tasks' : 'Pause',
    reason: 'required',
  };
}

function resume(view: ConfirmView): Confirmation {
  const { task, now, name } = view;
  const isAll = name === '*';
  const due = task?.nextDue != null && Date.parse(task.nextDue) > now.getTime() ? task.nextDue : undefined;
  return {
    heading: html`Resume ${nameOf(view)}?`,
    sentences: [
      isAll
        ? html`Every task starts again at its next tick. A task that is paused by itself stays paused.`
        : html`It starts again at its next tick${due !== undefined && html`, ${relative(due, now)}`}.`,
      html`What was due meanwhile is not caught up.`,
      html`Requests that were stored meanwhile run soon.`,
    ],
    warning:
      !isAll && task?.paused?.name === '*'
        ? html`All tasks are paused. This ends a pause of this task only, and it does not start before that of all tasks has ended.`
        : undefined,
    button: isAll ? 'Resume all tasks' : 'Resume',
  };
}

function trigger(view: ConfirmView): Confirmation {
  const { task, now } = view;
  const warning = task?.paused
    ? html`It is paused by ${shown(task.paused.by)}, ${pauseEnd(task.paused, now)}: the run will be refused. Resume it first.`
    : task?.running
      ? html`It is running on ${shown(task.running.replica)} for ${relative(task.running.since, now, 'for')}. Whether this run is skipped or waits is decided by its overlap option.`
      : undefined;
  return {
    heading: html`Run ${nameOf(view)} now?`,
    sentences: [
      html`One replica calls its method once, without arguments, under the lock.`,
      html`If this replica does not have the method, another one takes it within five minutes, or it expires.`,
      html`The run is a call and no tick: the schedule goes on as it is, and an overdue task stays overdue until its next tick.`,
    ],
    warning,
    button: 'Run now',
    reason: 'optional',
  };
}

function cancel(view: ConfirmView): Confirmation {
  const run = seenRun(view);
  return {
    heading: html`Cancel the run of ${nameOf(view)}?`,
    sentences: [
      ...runSentences(view, run),
      html`It is asked to stop: its signal aborts when it next renews its lease.`,
      html`It keeps the lock until its method ends or its maximum hold is over, so nobody runs beside it. A method that ignores its signal goes on.`,
      html`The run is not repeated for this tick, and its requests are parked.`,
    ],
    warning: elsewhere(view),
    button: 'Cancel this run',
    reason: 'required',
    isDangerous: true,
  };
}

function release(view: ConfirmView): Confirmation {
  const { force, task, now } = view;
  const run = seenRun(view);
  const isAlive = run !== undefined;
  if (isAlive && !force)
    return {
      heading: html`The lock of ${nameOf(view)} is held`,
      sentences: [
        ...runSentences(view, run),
        html`Its replica is alive and renews its lease, so the lock cannot simply be released.`,
        html`Cancel the run, which keeps the lock until its method ends. If that does not help, release it by force.`,
      ],
    };
  if (!force || (!isAlive && !task?.running))
    return {
      heading: html`Release the lock of ${nameOf(view)}?`,
      sentences: [
        ...runSentences(view, run),
        html`The lease of that run must be over: its replica has died, or was cut off. If it is not, nothing is done.`,
        html`The lock is free at once, and the tick of that run is not recovered. The next tick would run in any case.`,
      ],
      button: 'Release the lock',
      reason: 'optional',
    };
  const until = run?.leaseEndsAt ?? null;
  const replica = run ? shown(run.replica) : html`its replica`;
  return {
    heading: html`Release the lock of ${nameOf(view)} by force?`,
    sentences: [
      ...runSentences(view, run),
      html`The lock is taken away from ${replica}: it can renew its lease no more, its signal aborts, and its fenced transactions fail.`,
      until === null
        ? html`Its lease has no end that is known, and nobody else starts before it is over.`
        : html`Nobody else starts until the lease ends, at ${absolute(until, now)} (${relative(until, now)}). If the run renews its lease before you confirm, that moves.`,
    ],
    warning: html`A method that ignores its signal goes on in its process, beside the next run. Restart ${replica} to end it. ${elsewhere(view)}`,
    button: 'Release by force',
    reason: 'optional',
    isDangerous: true,
  };
}

function forget(view: ConfirmView): Confirmation {
  return {
    heading: html`Forget ${nameOf(view)}?`,
    sentences: [
      html`Everything that is stored of it is removed: its lock, its history, its pause and its requests.`,
      html`It is refused while code in use declares the task, or a replica with older code may still run it.`,
    ],
    warning: html`This cannot be undone.`,
    button: 'Forget',
    isDangerous: true,
  };
}

/** The run that the user saw, if it is still the one in progress. */
function seenRun({ task, fence, key }: ConfirmView): RunningState | undefined {
  const running = task?.running;
  if (!running || (fence !== undefined && running.fence !== fence)) return undefined;
  return key === undefined || running.key === key ? running : undefined;
}

function runSentences({ now, fence }: ConfirmView, run: RunningState | undefined): Html[] {
  if (!run) return fence === undefined ? [] : [html`This is about the run with fence ${fence}.`];
  const key = run.key !== null && html` for the key ${shown(run.key)}`;
  const lease =
    run.leaseEndsAt !== null && html`, with ${relative(run.leaseEndsAt, now, 'left')} left of its lease`;
  return [
    html`It runs on ${shown(run.replica)}${key} for ${relative(run.since, now, 'for')}${lease} (fence ${run.fence}). If another run is in its place when you confirm, nothing is done.`,
  ];
}

/** Said where the run that the user saw is no longer the one that this page knows of. */
function elsewhere(view: ConfirmView): Html | undefined {
  if (seenRun(view) || view.fence === undefined) return undefined;
  return view.task?.running
    ? html`Another run, with fence ${view.task.running.fence}, is in progress by now. Look at the task again.`
    : html`That run seems to have ended: look at the task again.`;
}
