import type { JournalLine } from '../../processes/app/journal.js';

/** One run, as the journals of the replicas tell it. */
export interface Run {
  task: string;
  tick: number;
  fence: bigint;
  start: number;
  /** The start, where the journal has no end of it. */
  end: number;
}

/** The runs of each task, in the order of their ticks. */
export function runsByTask(journal: readonly JournalLine[]): Map<string, Run[]> {
  const ends = new Map(journal.filter(({ event }) => event === 'end').map((line) => [keyOf(line), line.at]));
  const runs = new Map<string, Run[]>();
  for (const line of journal.filter(({ event }) => event === 'start')) {
    const { task, tick, fence, at } = line;
    const run = {
      task,
      tick: tick ?? NaN,
      fence: BigInt(fence),
      start: at,
      end: ends.get(keyOf(line)) ?? at,
    };
    runs.set(task, [...(runs.get(task) ?? []), run]);
  }
  for (const ofTask of runs.values()) ofTask.sort((a, b) => a.tick - b.tick);
  return runs;
}

function keyOf({ task, tick, fence, replica }: JournalLine): string {
  return [task, tick, fence, replica].join();
}

/** What stands between two runs of one task that follow one another: nothing, where all is well. */
export function problemsOf(runs: ReadonlyMap<string, Run[]>): string[] {
  return [...runs.values()].flatMap((ofTask) =>
    ofTask.slice(1).flatMap((latter, index) => {
      const former = ofTask[index]!;
      const where = `${former.task}: ${describeRun(former)}, then ${describeRun(latter)}`;
      return [
        ...(former.tick < latter.tick ? [] : [`a tick ran twice: ${where}`]),
        ...(former.fence < latter.fence ? [] : [`the fence did not grow: ${where}`]),
        ...(former.end <= latter.start ? [] : [`two runs at once: ${where}`]),
      ];
    }),
  );
}

function describeRun({ tick, fence, start, end }: Run): string {
  return `tick ${new Date(tick).toISOString()} with fence ${fence} from ${start} to ${end}`;
}
