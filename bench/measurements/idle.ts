import type { IdleCommand } from '../children/idle.js';
import type { Finding } from '../goal.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const MINUTES = 10;

/** What an application asks the database while none of its tasks is due. */
export async function measureIdle(database: BenchDatabase): Promise<Finding[]> {
  const url = await database.another('idle');
  const queries = async (command: Pick<IdleCommand, 'operatorPolling'>): Promise<number> => {
    const child = startChild<IdleCommand, number>('idle');
    try {
      return await child.ask({ url, minutes: MINUTES, ...command });
    } finally {
      await child.end();
    }
  };
  const context =
    'simulated time; one task with `recover` among them; two heartbeats, and the hourly pruning of the history may be one of them';
  return [
    {
      what: 'queries in ten idle minutes, with `operatorPolling: false`',
      goal: 3,
      figure: await queries({ operatorPolling: false }),
      unit: 'queries',
      context,
    },
    {
      what: 'the same with the default: a look for triggers each 15 s',
      figure: await queries({}),
      unit: 'queries',
      context,
    },
  ];
}
