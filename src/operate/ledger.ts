import type { LedgerFacts, PausedTime } from '../store/operator-store.js';
import type { RecordedRun } from '../store/recorded-run.js';
import type { ExpectedTick, LedgerWindow } from './expected-ticks.js';
import type { PauseState, TickFate, TickState } from './operator-types.js';
import { CLAIM_TIMEOUT, pauseOver } from './paused-ticks.js';
import { isAlive, isCall, isDead, iso, runState, unendedRun } from './state-shapes.js';
import { Turns } from './turns.js';

/** Milliseconds by which a timer is late at most. A claim that finds the lock held is skipped at once. */
const TIMERS_ARE_LATE_BY = 1_000;

/**
 * What became of each tick of a window, the oldest first. Beside those that were expected it has ticks that ran without
 * being declared: somebody may have given the cron job another schedule at run time.
 */
export async function ledgerOf(
  facts: LedgerFacts,
  expected: readonly ExpectedTick[],
  { from, to, most }: LedgerWindow & { from: Date },
  now: Date,
): Promise<TickState[]> {
  const evidence = new Evidence(facts, now);
  const byTick = new Map(expected.map((each) => [each.tick.getTime(), each]));
  const ran = evidence.ticks.filter((tick) => tick >= from.getTime() && tick <= to.getTime());
  const ticks = [...new Set([...byTick.keys(), ...ran])].sort((one, other) => one - other).slice(-most);
  const turns = new Turns();
  const states: TickState[] = [];
  for (const tick of ticks) {
    await turns.yieldIfLong();
    const found = evidence.fateOf(tick, byTick.get(tick));
    states.push({
      tick: new Date(tick).toISOString(),
      state: found.state,
      run: found.run ? runState(found.run) : null,
      paused: found.paused ? pausedTime(found.paused) : null,
    });
  }
  return states;
}

interface Fate {
  state: TickFate;
  run?: RecordedRun;
  paused?: PausedTime;
}

/** A time in which the lock was held; `run` where it is recorded. */
interface Held {
  from: number;
  until: number;
  run?: RecordedRun;
}

/** What the tables say of ticks. */
class Evidence {
  /** Ticks that have a run of their own, in order. */
  readonly ticks: readonly number[];
  /** Runs of ticks, by their tick; of the same tick the newest is the last. */
  private readonly runs: readonly RecordedRun[];
  /** Every tick that is known to have run, in order. */
  private readonly known: readonly number[];
  private readonly held: readonly Held[];

  constructor(
    private readonly facts: LedgerFacts,
    private readonly now: Date,
  ) {
    const dead = deadRun(facts, now);
    const runs = dead ? [...facts.runs, dead] : facts.runs;
    this.runs = runs
      .filter(({ tick }) => tick)
      .sort((one, other) => instant(one.tick) - instant(other.tick) || (one.fence < other.fence ? -1 : 1));
    const inRow = facts.lock?.lastTick?.getTime();
    const own = this.runs.map(({ tick }) => instant(tick));
    const previous = this.runs.flatMap(({ previousTick }) => (previousTick ? [previousTick.getTime()] : []));
    this.ticks = ordered([...own, ...(this.isRunning(inRow) ? [inRow!] : [])]);
    this.known = ordered([...own, ...previous, ...(inRow === undefined ? [] : [inRow])]);
    this.held = [...runs.map((run) => this.timeOf(run)), ...this.timeOfRow()];
  }

  /** The first that fits; what is known to have run stands before what may have kept it from running. */
  fateOf(tick: number, expected: ExpectedTick | undefined): Fate {
    if (this.isRunning(tick)) return { state: 'running' };
    const run = this.runs.filter((each) => instant(each.tick) === tick).at(-1);
    if (run) return { state: 'ran', run };
    if (this.known.includes(tick)) return { state: 'ran, not recorded' };
    if (!expected || expected.isGuess) return { state: 'unknown' };
    if (this.isWithinHold(tick, expected)) return { state: 'not due' };
    const paused = pauseOver(this.facts.pauses, tick);
    if (paused) return { state: 'paused', paused };
    const held = this.held.find(({ from, until }) => from <= tick && until >= tick + TIMERS_ARE_LATE_BY);
    if (held) return { state: 'overlapped', run: held.run };
    // A condition may have refused it on every replica, and nobody writes that down.
    return { state: this.isMissed(tick) && !expected.definition.isConditional ? 'missed' : 'unknown' };
  }

  private isWithinHold(tick: number, { ticks, definition }: ExpectedTick): boolean {
    const before = this.known.filter((each) => each < tick).at(-1);
    return before !== undefined && tick < before + ticks.minHoldBefore(tick, definition.minHold);
  }

  /** Whether the next run says that the tick before it lies before this one; the row says so where none has run since. */
  private isMissed(tick: number): boolean {
    const { historySince, lock } = this.facts;
    if (historySince && tick < historySince.getTime()) return false;
    const next = this.runs.find((each) => instant(each.tick) > tick);
    if (next) return next.previousTick !== undefined && next.previousTick.getTime() < tick;
    if (!lock || (lock.lastTick?.getTime() ?? -Infinity) > tick) return false;
    return tick + CLAIM_TIMEOUT < this.now.getTime();
  }

  /** Whether the run in progress is that of the tick. In the row of a call stands the tick of an earlier run. */
  private isRunning(tick: number | undefined): boolean {
    const { lock } = this.facts;
    if (!lock || lock.lastTick?.getTime() !== tick || tick === undefined) return false;
    if (!isAlive(lock, this.now) || isCall(lock)) return false;
    // A replica from before triggers were kept does not say whether it is a call.
    return lock.outcome !== undefined || !this.runs.some((each) => instant(each.tick) === tick);
  }

  private timeOf(run: RecordedRun): Held {
    const from = run.startedAt.getTime();
    if (run.finishedAt) return { from, until: run.finishedAt.getTime(), run };
    const { lock, definitions } = this.facts;
    const lease = definitions.at(-1)?.lease ?? 0;
    const until = lock?.fence === run.fence ? lock.lockedUntil?.getTime() : undefined;
    return { from, until: until ?? from + lease, run };
  }

  /** The run in the row, where it is not recorded. */
  private timeOfRow(): Held[] {
    const { lock, runs } = this.facts;
    if (
      !lock ||
      lock.fence === 0n ||
      isDead(lock, this.now) ||
      runs.some(({ fence }) => fence === lock.fence)
    )
      return [];
    const end = lock.finishedAt ?? (lock.isTakenAway ? lock.lockedUntil : undefined);
    return [{ from: lock.startedAt.getTime(), until: end?.getTime() ?? Infinity }];
  }
}

/** The run in the row that has died, which the history does not have until somebody claims the lock. */
function deadRun({ lock, runs }: LedgerFacts, now: Date): RecordedRun | undefined {
  if (!lock || !isDead(lock, now) || runs.some(({ fence }) => fence === lock.fence)) return undefined;
  return unendedRun(lock);
}

function pausedTime({ name, by, reason, from, to }: PausedTime): PauseState {
  return { name, by, reason: reason ?? null, since: from.toISOString(), until: iso(to) };
}

function ordered(instants: readonly number[]): number[] {
  return [...new Set(instants)].sort((one, other) => one - other);
}

function instant(date: Date | undefined): number {
  return date?.getTime() ?? NaN;
}
