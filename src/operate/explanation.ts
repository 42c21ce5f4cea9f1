import { roughDuration } from '../common/duration.js';
import { LAPSED_BY } from '../store/operator-store.js';
import type { LockRecord, RecordedAction, TaskRecord } from '../store/operator-store.js';
import { declaredTicks } from './declared-ticks.js';
import type { Explanation, TaskState } from './operator-types.js';
import { isAlive, isDead, iso, runState, unrecordedEnd } from './state-shapes.js';

/** Cron arithmetic takes a millisecond a tick: more missed ones are not counted. */
const MOST_MISSED = 20;

export interface Explained {
  record: TaskRecord;
  /** The key that is asked for. */
  key?: string;
  /** The lock of the task, or of the key. */
  lock?: LockRecord;
  /** The newest actions on the task, newest first. */
  actions: readonly RecordedAction[];
  task: TaskState;
  /** By the store's clock. */
  now: Date;
}

/** Why a task runs or does not run now: what decides stands first, what is known beside it follows. */
export function explanationOf(explained: Explained): Explanation {
  const { task, now, key } = explained;
  const subject = key === undefined ? `'${task.name}'` : `'${task.name}' for key '${key}'`;
  const sentences = [
    ...running(explained, subject),
    ...undeclared(explained, subject),
    ...paused(explained, subject),
    ...overdue(explained, subject),
    ...died(explained, subject),
    ...failing(explained, subject),
    ...held(explained),
    ...due(explained),
    ...lastRun(explained),
    ...requests(explained),
    ...declaration(explained),
  ];
  return { name: task.name, at: now.toISOString(), sentences, unknown: unknownOf(explained), task };
}

function running({ record, actions, now }: Explained, subject: string): string[] {
  const alive = record.locks.filter((lock) => isAlive(lock, now));
  return alive.flatMap((lock) => {
    const which = lock.name === record.name || alive.length === 1 ? subject : `The lock '${lock.name}'`;
    const since = `since ${lock.startedAt.toISOString()}, for ${roughDuration(now.getTime() - lock.startedAt.getTime())}`;
    const renewal = lock.isTakenAway ? 'and is renewed no more' : 'which it renews';
    const until = lock.lockedUntil ? `until ${lock.lockedUntil.toISOString()}, ${renewal}` : 'without an end';
    const sentence = `${which} is running on ${holderOf(lock)} ${since}; its lease lasts ${until}.`;
    return [sentence, ...steered(lock, actions)];
  });
}

/** What an operator did to the run in progress. */
function steered(lock: LockRecord, actions: readonly RecordedAction[]): string[] {
  const ofRun = actions.filter(({ fence }) => fence === lock.fence);
  // One that was refused has done nothing.
  const cancel = ofRun.find(({ action, answer }) => action === 'cancel' && answer === 'cancelled');
  const release = ofRun.find(({ action, answer }) => action === 'release' && answer?.startsWith('released'));
  const stopped = cancel
    ? `${cancel.by} asked it to stop at ${cancel.at.toISOString()}${quoted(cancel.reason)}`
    : 'It was asked to stop';
  return [
    ...(lock.isCancelled
      ? [`${stopped}: it keeps its lock until its method settles or its maximum hold ends.`]
      : []),
    ...(release
      ? [
          `${release.by} took its lock away at ${release.at.toISOString()}${quoted(release.reason)}: ` +
            `the lock is free at ${lock.lockedUntil?.toISOString() ?? 'no time that is known'}.`,
        ]
      : []),
  ];
}

function undeclared({ record: { definition }, now }: Explained, subject: string): string[] {
  if (!definition || definition.isDeclared) return [];
  const { lastDeclared, declaredBy } = definition;
  const mayRun = lastDeclared.getTime() + LAPSED_BY >= now.getTime();
  return [
    `${subject} is not declared since ${lastDeclared.toISOString()}, when ${declaredBy} declared it last: ` +
      `the newest code of its application has no such task, and ` +
      (mayRun
        ? `only replicas with older code may still run it. If you have just gone back to that code, this is right again ` +
          `within ${LAPSED_BY / 60_000} minutes.`
        : `nothing runs it.`),
  ];
}

function paused({ task: { paused, name } }: Explained, subject: string): string[] {
  if (!paused) return [];
  const which = paused.name === name ? subject : `Every task, and so ${subject},`;
  return [
    `${which} is paused by ${paused.by} since ${paused.since} until ${paused.until ?? 'somebody resumes it'}` +
      `${quoted(paused.reason)}.`,
  ];
}

function overdue({ task: { overdueByMs }, record, now }: Explained, subject: string): string[] {
  if (overdueByMs === null) return [];
  const since = new Date(now.getTime() - overdueByMs);
  const missed = missedTicks(record, since, now);
  return [
    `${subject} is overdue: it was due at ${instantInWords(since, now)}, and no replica has claimed a tick since${missed}. ` +
      `Is a replica of its application running, and does it reach the database?`,
  ];
}

/** How many ticks nobody has claimed, while they are few. */
function missedTicks({ definition }: TaskRecord, since: Date, now: Date): string {
  const ticks = definition && declaredTicks(definition);
  if (!ticks) return '';
  let count = 0;
  for (let tick: number | undefined = since.getTime(); tick !== undefined && tick <= now.getTime(); count++) {
    if (count === MOST_MISSED) return `: more than ${MOST_MISSED} were missed`;
    tick = ticks.nextAfter(tick);
  }
  return count === 1 ? ': one was missed' : `: ${count} were missed`;
}

function died({ record, now }: Explained, subject: string): string[] {
  return record.locks
    .filter((lock) => isDead(lock, now))
    .map((lock) => {
      const which = lock.name === record.name ? subject : `${subject} (lock '${lock.name}')`;
      return (
        `${which} died on ${holderOf(lock)}: its run of ${lock.startedAt.toISOString()} was never released, and its lease is over. ` +
        `The lock is free since ${lock.lockedUntil!.toISOString()}.`
      );
    });
}

function failing({ task: { failuresInARow, lastSuccessAt }, now }: Explained, subject: string): string[] {
  if (failuresInARow < 2) return [];
  const success = lastSuccessAt
    ? `it last succeeded at ${instantInWords(lastSuccessAt, now)}`
    : 'no recorded run of it has succeeded';
  return [`${subject} has failed ${failuresInARow} times in a row: ${success}.`];
}

function held({ lock, now, record: { definition } }: Explained): string[] {
  if (!lock?.finishedAt || !lock.lockedUntil || lock.lockedUntil <= now) return [];
  const exempt = definition?.schedule === undefined ? '' : ' A direct call does not wait for it.';
  return [
    `It is held until ${instantInWords(lock.lockedUntil, now)}, by the minimum hold of its last run on ${holderOf(lock)}.${exempt}`,
  ];
}

function due({ task: { nextDue, state, paused }, now }: Explained): string[] {
  if (nextDue === null) return [];
  if (new Date(nextDue) > now)
    return [`It is due at ${instantInWords(nextDue, now)}${paused ? ', after the pause' : ''}.`];
  return state === 'running' || state === 'overdue' ? [] : [`It was due at ${instantInWords(nextDue, now)}.`];
}

function lastRun({ record, lock, now }: Explained): string[] {
  const run = record.lastRun && runState(record.lastRun);
  if (!run) {
    const hasRun = lock && lock.fence > 0n;
    return [hasRun ? 'The history has no run of it.' : 'It has never run.'];
  }
  const what =
    run.tick === null ? 'Its last run, without a tick,' : `Its last recorded tick, of ${run.tick},`;
  const took = run.durationMs === null ? '' : `, after ${roughDuration(run.durationMs)}`;
  // The lines of a stack trace would make no sentence.
  const error = run.error === null ? '' : `: ${run.error.split(/[\r\n]/, 1)[0]}`;
  const newer = unrecordedEnd(record);
  return [
    `${what} ran on ${run.replica} at ${instantInWords(run.startedAt, now)}: it ${ended(run.outcome)}${took}${error}.`,
    ...(newer
      ? [
          `A later run, on ${holderOf(newer)} at ${newer.startedAt.toISOString()}, ended at ${iso(newer.finishedAt)} and is not recorded.`,
        ]
      : []),
  ];
}

function ended(outcome: string): string {
  if (outcome === 'lost') return 'went on after its lock was lost';
  return outcome === 'aborted' || outcome === 'cancelled' ? `was ${outcome}` : outcome;
}

function requests({ task: { requests } }: Explained): string[] {
  const { waiting, parked } = requests;
  return [
    ...(waiting > 0 ? [`Requests that wait for it: ${waiting}.`] : []),
    ...(parked > 0 ? [`Requests that are parked, since their attempts are used up: ${parked}.`] : []),
  ];
}

function declaration({ record: { definition } }: Explained): string[] {
  if (!definition)
    return ['It is not declared: only TaskLockService names it, or its application has history: false.'];
  const { schedule, timeZone, member, declaredBy, firstDeclared, isDisabled } = definition;
  const when =
    schedule === undefined ? 'without a schedule' : `'${schedule}'${timeZone ? ` in ${timeZone}` : ''}`;
  const disabled = isDisabled ? ', with its schedule disabled' : '';
  const where = member === undefined ? '' : ` on ${member}`;
  return [
    `As declared${where} since ${firstDeclared.toISOString()}, last by ${declaredBy}: ${when}${disabled}.`,
  ];
}

/** What no table says, where it may be why the task does not run. */
function unknownOf({ task, record: { definition }, now }: Explained): string[] {
  if (!definition) return ['Whether the task is still in use: nothing declares it.'];
  const { schedule, isDisabled, isConditional } = definition;
  const isPastDue = task.nextDue !== null && new Date(task.nextDue) <= now;
  const mayBeUnseen = task.state === 'overdue' || isPastDue || isDisabled;
  return [
    ...(mayBeUnseen && schedule !== undefined
      ? [
          isDisabled
            ? 'Whether somebody started its disabled cron job at run time.'
            : 'Whether its timer was stopped, or got another schedule, at run time.',
        ]
      : []),
    ...(isConditional ? ['Whether its condition (when) lets a replica run it.'] : []),
    ...(isUnreadable(definition)
      ? [`When it is due: this machine cannot read '${schedule}' in its zone.`]
      : []),
    ...(mayBeUnseen
      ? [
          'Whether a replica has the lock turned off (enabled: false): it would run the task without a trace here.',
        ]
      : []),
  ];
}

function isUnreadable(definition: { schedule?: string; timeZone?: string }): boolean {
  const { schedule } = definition;
  return schedule !== undefined && !schedule.startsWith('every ') && !declaredTicks(definition);
}

function holderOf({ heldBy }: LockRecord): string {
  return heldBy ?? 'an unknown replica';
}

function quoted(reason: string | null | undefined): string {
  return reason ? `, "${reason}"` : '';
}

/** An instant with its distance: `2026-03-01T12:00:00.000Z, in 5m` or `…, 5m ago`. */
function instantInWords(at: Date | string, now: Date): string {
  const date = typeof at === 'string' ? new Date(at) : at;
  const distance = date.getTime() - now.getTime();
  const length = roughDuration(Math.abs(distance));
  return `${date.toISOString()}, ${distance > 0 ? `in ${length}` : `${length} ago`}`;
}
