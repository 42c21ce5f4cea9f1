import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved } from '../samples.js';
import { startChild } from '../support/child.js';

const CALLS = 5_000;
const TURNS = 30;

/** What the lock itself costs a process, without a database. */
export async function measureCpu(effort: Effort): Promise<Finding[]> {
  const child = startChild<{ decorated: boolean; calls: number }, number>('cpu');
  try {
    const { medians, spread } = await interleaved(
      effort.turns(TURNS),
      () => child.ask({ decorated: true, calls: CALLS }),
      () => child.ask({ decorated: false, calls: CALLS }),
    );
    const [decorated, undecorated] = medians.map((milliseconds) => (milliseconds / CALLS) * 1_000) as [
      number,
      number,
    ];
    return [
      {
        what: 'CPU of a run with the in-memory store, more than the same method undecorated',
        goal: 25,
        figure: decorated - undecorated,
        unit: 'µs',
        context: `decorated ${decorated.toFixed(2)} µs, undecorated ${undecorated.toFixed(2)} µs, ratio ${spread.map((ratio) => ratio.toFixed(0)).join(' to ')}`,
      },
    ];
  } finally {
    await child.end();
  }
}
