import { median } from 'simple-statistics';
import type { StartUpAnswer, StartUpCommand } from '../children/start-up.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const TASKS = 1_000;
const TURNS = 9;

/** What a thousand decorated methods cost at start-up, and in memory. */
export async function measureStartUp({ url }: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const heaps = { locked: [] as number[], plain: [] as number[] };
  const start = async (locked: boolean): Promise<number> => {
    const child = startChild<StartUpCommand, StartUpAnswer>('start-up', ['--expose-gc']);
    try {
      const { milliseconds, heap } = await child.ask({ url, tasks: TASKS, locked });
      heaps[locked ? 'locked' : 'plain'].push(heap);
      return milliseconds;
    } finally {
      await child.end();
    }
  };
  const comparison = await interleaved(
    effort.turns(TURNS),
    () => start(true),
    () => start(false),
  );
  const [locked, plain] = [median(heaps.locked), median(heaps.plain)];
  return [
    ratioFinding('start-up with 1,000 decorated methods ÷ without the module', 1.5, comparison, [
      'with',
      'without',
    ]),
    {
      what: 'memory a decorated task, what the module itself needs included',
      goal: 4,
      figure: (locked - plain) / TASKS / 1_024,
      unit: 'KiB',
      context: `heap ${mebibytes(locked)} with, ${mebibytes(plain)} without`,
    },
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MiB`;
}
