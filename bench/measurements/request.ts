import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved, timed } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { times } from '../support/in-order.js';
import { openReplica, REQUESTED } from '../support/open-replica.js';

const REQUESTS_A_TURN = 40;
const TURNS = 40;

/** What it costs to ask for a run, beside the floor of anything durable; the run itself comes later. */
export async function measureRequest(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const replica = await openReplica(database.url, 1);
  const client = await database.client();
  await client.query(`INSERT INTO counter VALUES ('requests', 0) ON CONFLICT DO NOTHING`);
  const update = { name: 'bench-update', text: 'UPDATE counter SET value = value + 1 WHERE name = $1' };
  const requests = () =>
    timed(() =>
      times(REQUESTS_A_TURN, (nth) => replica.service.request(REQUESTED, { args: [nth], delay: '1d' })),
    );
  const updates = () =>
    timed(() => times(REQUESTS_A_TURN, () => client.query({ ...update, values: ['requests'] })));
  try {
    const comparison = await interleaved(effort.turns(TURNS), requests, updates);
    const sides: [string, string] = [`${REQUESTS_A_TURN} requests`, 'updates'];
    return [ratioFinding('a request ÷ one durable update', 1.5, comparison, sides)];
  } finally {
    await replica.close();
    await client.query('TRUNCATE task_lock_request');
  }
}
