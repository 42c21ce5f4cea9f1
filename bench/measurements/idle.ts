import type { Finding } from '../goal.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const MINUTES = 10;

/** What an application asks the database while none of its tasks is due. */
export async function measureIdle({ url }: BenchDatabase): Promise<Finding[]> {
  const child = startChild<{ url: string; minutes: number }, number>('idle');
  try {
    const figure = await child.ask({ url, minutes: MINUTES });
    const what = 'queries in ten idle minutes';
    return [
      {
        what,
        goal: 0,
        figure,
        unit: 'queries',
        context: 'simulated time; one task with `recover` among them',
      },
    ];
  } finally {
    await child.end();
  }
}
