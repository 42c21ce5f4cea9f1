import { roughDuration } from '../common/duration.js';
import type { RunOutcome } from '../store/recorded-run.js';
import type {
  PauseState,
  RunningState,
  RunState,
  TaskCondition,
  TaskState,
} from '../operate/operator-types.js';
import type { Output } from './output.js';
import type { Style } from './paint.js';

export const STATE_STYLES: Record<TaskCondition, Style | undefined> = {
  idle: undefined,
  running: 'green',
  paused: 'yellow',
  overdue: 'red',
  died: 'red',
  undeclared: 'dim',
};

export function outcomeStyle(outcome: RunOutcome | undefined): Style | undefined {
  if (outcome === undefined || outcome === 'succeeded') return undefined;
  return outcome === 'cancelled' ? 'yellow' : 'red';
}

/** A run that died has no end: the end of its lease is when that was known, as long as its row tells of it. */
export function lastRunText(run: RunState | null, died: RunningState | undefined, out: Output): string {
  if (!run) return '';
  const end = run.finishedAt ?? (died?.fence === run.fence ? died.leaseEndsAt : null);
  return `${run.outcome}${end === null ? ', started' : ''} ${out.time(end ?? run.startedAt)}`;
}

/** What is worth knowing of a task in this state, on one line; what is wrong stands first. */
export function detailOf(task: TaskState, died: RunningState | undefined, out: Output): string {
  const { running, paused, overdueByMs, failuresInARow, requests } = task;
  const parts: string[] = [];
  if (died) parts.push(`died on ${out.replica(died.replica)}, started ${out.time(died.since)}`);
  if (failuresInARow > 1) parts.push(`failed ${failuresInARow} times in a row`);
  if (running) {
    const key = running.key === null ? '' : ` (key ${out.text(running.key)})`;
    parts.push(`on ${out.replica(running.replica)}${key}, started ${out.time(running.since)}`);
  }
  if (overdueByMs !== null) parts.push(`${roughDuration(overdueByMs)} late`);
  if (paused) parts.push(pauseText(paused, out));
  if (requests.waiting > 0) parts.push(`${requests.waiting} requests wait`);
  if (requests.parked > 0) parts.push(`${requests.parked} requests parked`);
  return parts.join('; ');
}

export function pauseText({ by, reason, since, until, name }: PauseState, out: Output): string {
  const all = name === '*' ? 'all tasks ' : '';
  const end = until === null ? 'until a resume' : `until it ends ${out.time(until)}`;
  const why = reason === null ? '' : `: "${out.text(reason)}"`;
  return `${all}paused by ${out.text(by)} ${out.time(since)}, ${end}${why}`;
}
