import type { JournalLine } from './journal.js';
import type { DemoTask } from './tasks.js';

/** Milliseconds after a tick within which all replicas have asked for it. */
const ALL_HAVE_ASKED = 600;
/** A timer may fire this much before its tick, in milliseconds. */
const EARLY_TIMER = 50;

export interface LiveRun {
  replica: string;
  start: number;
  end?: number;
  error?: string;
}

/** What the live view knows of a tick when it prints it. */
export interface LiveTick {
  task: DemoTask;
  at: number;
  runs: LiveRun[];
  skips: { reason: string; heldBy?: string }[];
  /** The run that was in progress when nothing ran for this tick. */
  blockedBy?: LiveRun;
}

/**
 * Gathers the journals into ticks, for the eye: a skip carries no instant, so that it is counted for the tick that was
 * due last. The verdict does not use it.
 */
export class LiveTicks {
  private readonly open: { tick: LiveTick; printAt: number }[] = [];
  private readonly runs = new Map<string, LiveRun>();
  private readonly lastRuns = new Map<string, LiveRun>();
  private readonly skipsOfNext = new Map<string, LiveTick['skips']>();
  private readonly announced: number[] = [];
  private readonly stopping = new Set<string>();

  constructor(private readonly tasks: readonly DemoTask[]) {}

  announce(at: number): void {
    this.announced.push(at);
  }

  add(line: JournalLine): void {
    if (line.event === 'stopping') this.stopping.add(line.replica);
    if (line.event === 'end') {
      const run = this.runs.get(line.run);
      if (run) Object.assign(run, { end: line.at, error: line.error });
      return;
    }
    if (line.event !== 'start' && line.event !== 'skip') return;
    // What its timers still ask while its last runs end is no tick that anybody waits for.
    if (line.event === 'skip' && this.stopping.has(line.replica)) return;
    const task = this.tasks.find(({ name }) => name === line.task);
    if (!task) return;
    if (line.event === 'start') {
      const run = { replica: line.replica, start: line.at };
      this.runs.set(line.run, run);
      this.lastRuns.set(task.name, run);
      const tick = this.tick(task, line.tick ?? line.at);
      tick.runs.push(run);
      if (task.due.by === 'interval') tick.skips.push(...this.takeSkips(task));
    } else if (task.due.by === 'interval') {
      this.skipsOf(task).push(line);
    } else {
      this.tick(task, this.instantBefore(line.at, task)).skips.push(line);
    }
  }

  /** The ticks of which all is known by now. */
  settled(now: number): LiveTick[] {
    const settled = this.open.filter(({ printAt }) => printAt <= now).map(({ tick }) => tick);
    this.open.splice(0, Infinity, ...this.open.filter(({ printAt }) => printAt > now));
    for (const tick of settled) {
      const last = this.lastRuns.get(tick.task.name);
      if (tick.runs.length === 0 && last?.end === undefined) tick.blockedBy = last;
    }
    return settled.sort((one, other) => one.at - other.at);
  }

  private tick(task: DemoTask, at: number): LiveTick {
    const known = this.open.find(({ tick }) => tick.task === task && tick.at === at);
    if (known) return known.tick;
    const tick: LiveTick = { task, at, runs: [], skips: [] };
    this.open.push({ tick, printAt: at + ALL_HAVE_ASKED });
    return tick;
  }

  private instantBefore(now: number, { due }: DemoTask): number {
    if (due.by === 'announcement') return this.announced.findLast((at) => at <= now) ?? now;
    return Math.floor((now + EARLY_TIMER) / due.every) * due.every;
  }

  private skipsOf({ name }: DemoTask): LiveTick['skips'] {
    const skips = this.skipsOfNext.get(name) ?? [];
    this.skipsOfNext.set(name, skips);
    return skips;
  }

  private takeSkips(task: DemoTask): LiveTick['skips'] {
    return this.skipsOf(task).splice(0);
  }
}
