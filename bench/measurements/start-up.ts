import { median } from 'simple-statistics';
import type { StartUpAnswer, StartUpCommand } from '../children/start-up.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const TASKS = 1_000;
const MORE_TASKS = 3_000;
const TURNS = 9;
/** A heap after a collection hardly varies. */
const HEAP_TURNS = 3;

/** What a thousand decorated methods cost at start-up, and in memory. */
export async function measureStartUp({ url }: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const start = async (tasks: number, locked: boolean): Promise<StartUpAnswer> => {
    const child = startChild<StartUpCommand, StartUpAnswer>('start-up', { execArgv: ['--expose-gc'] });
    try {
      return await child.ask({ url, tasks, locked });
    } finally {
      await child.end();
    }
  };
  const comparison = await interleaved(
    effort.turns(TURNS),
    async () => (await start(TASKS, true)).milliseconds,
    async () => (await start(TASKS, false)).milliseconds,
  );
  const lockedHeap = async (tasks: number): Promise<number> => {
    const more: number[] = [];
    for (let turn = 0; turn < effort.turns(HEAP_TURNS); turn++)
      more.push((await start(tasks, true)).heap - (await start(tasks, false)).heap);
    return median(more);
  };
  // What the module itself needs stands in both.
  const [few, many] = [await lockedHeap(TASKS), await lockedHeap(MORE_TASKS)];
  return [
    ratioFinding('start-up with 1,000 decorated methods ÷ without the module', 1.5, comparison, [
      'with',
      'without',
    ]),
    {
      what: 'memory a decorated task',
      goal: 4,
      figure: (many - few) / (MORE_TASKS - TASKS) / 1_024,
      unit: 'KiB',
      context: `the module takes ${mebibytes(few)} with ${TASKS} tasks, ${mebibytes(many)} with ${MORE_TASKS}`,
    },
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MiB`;
}
