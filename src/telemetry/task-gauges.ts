import type {
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
  ObservableGauge,
} from '@opentelemetry/api';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { within } from '../common/timeouts.js';
import type { TaskState } from '../operate/operator-types.js';
import { TASK_NAME } from './attributes.js';

/** Milliseconds for which a read is good, failed or not. */
const KEPT_FOR = 15_000;
/** Milliseconds that an export waits for the database: Prometheus gives up a scrape after ten seconds. */
const WAIT = 3_000;
/** Milliseconds between two log lines about reads that fail. */
const COMPLAIN_AGAIN = 60_000;

/** Reads the states of all tasks. */
export interface TaskReader {
  allTasks(): Promise<readonly TaskState[]>;
}

/** A gauge, and what it says of a task, if anything. */
interface TaskGauge {
  gauge: ObservableGauge;
  valueOf: (task: TaskState) => number | undefined;
  /** The tasks that it has said something of. */
  seen: Set<string>;
}

/** Gauges that are read from the tables, when an exporter asks. */
export class TaskGauges {
  private last?: { at: number; tasks: Promise<readonly TaskState[]> };
  private isReading = false;
  private quietUntil = -Infinity;
  private readonly stop: () => void;

  constructor(
    meter: Meter,
    private readonly reader: TaskReader,
    private readonly clock: LockClock,
    private readonly log: Pick<LockLog, 'warn'>,
  ) {
    const all = taskGauges(meter);
    const gauges = all.map(({ gauge }) => gauge);
    const observe: BatchObservableCallback = async (result) => {
      const tasks = (await this.read()).filter(isDeclared);
      for (const each of all) observeTasks(result, each, tasks);
    };
    meter.addBatchObservableCallback(observe, gauges);
    this.stop = () => meter.removeBatchObservableCallback(observe, gauges);
  }

  end(): void {
    this.stop();
  }

  /** Several exporters, and impatient ones, share one read. */
  private async read(): Promise<readonly TaskState[]> {
    const now = this.clock.monotonic();
    const isOld = !this.last || now - this.last.at >= KEPT_FOR;
    if (isOld && !this.isReading) this.last = { at: now, tasks: this.ask() };
    return (this.last && (await within(this.clock, WAIT, this.last.tasks))) ?? [];
  }

  private async ask(): Promise<readonly TaskState[]> {
    this.isReading = true;
    try {
      return await this.reader.allTasks();
    } catch (error) {
      this.complain(error);
      return [];
    } finally {
      this.isReading = false;
    }
  }

  private complain(error: unknown): void {
    const now = this.clock.monotonic();
    if (now < this.quietUntil) return;
    this.quietUntil = now + COMPLAIN_AGAIN;
    this.log.warn(
      `TaskLockOpenTelemetryModule, option taskGauges: the tasks could not be read, and their gauges are NaN: ` +
        `${messageOf(error)}. This is said once a minute at most.`,
    );
  }
}

function taskGauges(meter: Meter): TaskGauge[] {
  const gauge = (name: string, unit: string, description: string, valueOf: TaskGauge['valueOf']) => ({
    gauge: meter.createObservableGauge(name, { unit, description }),
    valueOf,
    seen: new Set<string>(),
  });
  return [
    gauge('task_lock.last_success.time', 's', 'When the task last succeeded, as Unix time.', (task) =>
      unixTime(task.lastSuccessAt),
    ),
    gauge('task_lock.next_due.time', 's', 'When the task is due next, as Unix time.', (task) =>
      unixTime(task.nextDue),
    ),
    gauge('task_lock.interval', 's', 'How often the task should run.', ({ interval }) =>
      interval === null ? undefined : interval / 1_000,
    ),
    // These two have no unit: exporters would add `ratio` to a one.
    gauge('task_lock.paused', '', '1 while the task is paused, else 0.', ({ paused }) => (paused ? 1 : 0)),
    gauge('task_lock.overdue', '', '1 while the task should have run by now, else 0.', ({ state }) =>
      state === 'overdue' ? 1 : 0,
    ),
  ];
}

/** The SDK goes on exporting what was observed once, so that it is told where there is no value any more. */
function observeTasks(
  result: BatchObservableResult,
  { gauge, valueOf, seen }: TaskGauge,
  tasks: readonly TaskState[],
): void {
  const gone = new Set(seen);
  for (const task of tasks) {
    const value = valueOf(task);
    if (value === undefined) continue;
    seen.add(task.name);
    gone.delete(task.name);
    result.observe(gauge, value, { [TASK_NAME]: task.name });
  }
  for (const name of gone) result.observe(gauge, NaN, { [TASK_NAME]: name });
}

/** Names that no code declares may be without number. */
function isDeclared({ member, state }: TaskState): boolean {
  return member !== null && state !== 'undeclared';
}

function unixTime(iso: string | null): number | undefined {
  return iso === null ? undefined : Date.parse(iso) / 1_000;
}
