import type { JournalLine } from './journal.js';
import { LiveTicks } from './live-ticks.js';
import type { LiveTick } from './live-ticks.js';
import type { Paint } from './paint.js';
import type { DemoTask } from './tasks.js';
import { clockTime } from './words.js';

/** Prints a line a tick while the demo runs, and what else happens in between. */
export class LiveView {
  private readonly ticks: LiveTicks;
  private readonly killed = new Set<string>();

  constructor(
    tasks: readonly DemoTask[],
    private readonly paint: Paint,
    private readonly print: (line: string) => void,
  ) {
    this.ticks = new LiveTicks(tasks);
  }

  head(): void {
    this.print(this.paint.as('gray', row('task', 'scheduled', 'ran on', 'how it went', 'skipped: why')));
  }

  announce(at: number): void {
    this.ticks.announce(at);
  }

  add(lines: readonly JournalLine[]): void {
    for (const line of lines) {
      if (line.event === 'up') {
        this.note('green', `${clockTime(line.at)}  ${line.replica} is up`);
      } else if (line.event === 'exported') {
        this.note('green', `${clockTime(line.at)}  export() runs once for them, on ${line.replica}`);
      } else if (line.event === 'log') {
        this.note('yellow', `${line.replica} ${line.level}: ${line.message}`);
      } else {
        this.ticks.add(line);
      }
    }
  }

  show(now: number): void {
    for (const tick of this.ticks.settled(now)) this.print(this.line(tick));
  }

  kill(replica: string, text: string): void {
    this.killed.add(replica);
    this.note('red', text);
  }

  note(colour: 'red' | 'yellow' | 'green', text: string): void {
    this.print(this.paint.as(colour, `  ▸ ${text}`));
  }

  command(command: string, printed: string): void {
    this.note('green', `${clockTime(Date.now())}  $ npx nestjs-task-lock ${command}`);
    for (const line of printed.split('\n')) this.print(`      ${line}`);
  }

  private line(tick: LiveTick): string {
    const [run] = tick.runs;
    const replica = run ? tick.runs.map((each) => each.replica).join('+') : '-';
    const text = row(tick.task.name, clockTime(tick.at), replica, this.outcome(tick), skipped(tick));
    if (tick.runs.length > 1) return this.paint.as('red', text);
    return run ? text.replace(replica, this.paint.replica(replica)) : this.paint.as('gray', text);
  }

  private outcome({ runs, skips, blockedBy }: LiveTick): string {
    const [run] = runs;
    if (runs.length > 1) return `RAN ${runs.length} TIMES`;
    if (!run && blockedBy) {
      return this.killed.has(blockedBy.replica) ? "the killed run's lease" : 'last run in progress';
    }
    if (!run && skips.some(({ reason }) => reason === 'paused')) return 'paused';
    if (!run) return 'not run';
    if (run.error !== undefined) return `threw: ${run.error}`;
    return run.end === undefined ? 'running' : `ran ${run.end - run.start} ms`;
  }
}

function row(task: string, tick: string, replica: string, outcome: string, skips: string): string {
  return `  ${task.padEnd(10)} ${tick.padEnd(13)} ${replica.padEnd(10)} ${outcome.padEnd(25)} ${skips}`.trimEnd();
}

/** `2: done`, or with several reasons `3: 2 held by replica-1, 1 done`. */
function skipped({ skips, task }: LiveTick): string {
  // Between the runs of a polled task many replicas were the last holder in turn.
  const reasonOf = ({ reason, heldBy }: LiveTick['skips'][number]): string =>
    heldBy === undefined || task.due.by === 'interval' ? reason : `${reason} by ${heldBy}`;
  const counts = new Map<string, number>();
  for (const skip of skips) counts.set(reasonOf(skip), (counts.get(reasonOf(skip)) ?? 0) + 1);
  const reasons = [...counts];
  if (reasons.length === 0) return '0';
  const text = reasons.map(([reason, number]) => (reasons.length === 1 ? reason : `${number} ${reason}`));
  return `${skips.length}: ${text.join(', ')}`;
}
