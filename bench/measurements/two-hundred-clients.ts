import { randomUUID } from 'node:crypto';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved, timed } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { captureStatements, forAnother } from '../support/captured-statements.js';
import { openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';
import { COMMON_CLAIM } from './one-run.js';

const CLIENTS = 200;
const TURNS = 30;
const HOUR = 3_600_000;

/** How long the last of 200 clients waits for its answer where all of them claim one lock at once. */
export async function measureTwoHundredClients(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const connect = Array.from({ length: CLIENTS });
  const clients = await Promise.all(connect.map(() => database.client()));
  const [admin] = clients;
  await admin!.query(`INSERT INTO common_lock VALUES ('contended', '-infinity', now(), 'bench')`);
  const common = async () => {
    await admin!.query(`UPDATE common_lock SET locked_until = '-infinity' WHERE name = 'contended'`);
    const claim = { name: 'bench-lock', text: COMMON_CLAIM, values: ['contended'] };
    return timed(() => Promise.all(clients.map((client) => client.query(claim))));
  };
  // As many again: no client may wait for a connection that the other side has opened.
  const replicas = await Promise.all(connect.map(() => openReplica(database.url, 1)));
  let ticks = 0;
  const nextTask = () => ({ name: 'contended', interval: '1h', scheduledTime: new Date(++ticks * HOUR) });
  /** Resolves with the answer; the winner's release comes after it. */
  const answered = (
    { service }: BenchReplica,
    task: ReturnType<typeof nextTask>,
    ended: Promise<unknown>[],
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      ended.push(service.run(task, () => resolve()).then(() => resolve(), reject));
    });
  const claims = async () => {
    const task = nextTask();
    const ended: Promise<unknown>[] = [];
    const milliseconds = await timed(() =>
      Promise.all(replicas.map((replica) => answered(replica, task, ended))),
    );
    await Promise.all(ended);
    return milliseconds;
  };
  const { claim } = await captureStatements(replicas[0]!.service, nextTask());
  const statements = () => {
    const { scheduledTime } = nextTask();
    return timed(() =>
      Promise.all(clients.map((client) => client.query(forAnother(claim, randomUUID(), scheduledTime)))),
    );
  };
  try {
    return [
      ratioFinding(
        'the last of 200 clients to get its answer ÷ the `ON CONFLICT` shape',
        0.3,
        await interleaved(effort.turns(TURNS), claims, common),
        ['claims', '`ON CONFLICT`'],
      ),
      ratioFinding(
        'of it, the claim, sent by 200 bare connections ÷ the `ON CONFLICT` shape',
        undefined,
        await interleaved(effort.turns(TURNS), statements, common),
        ['claims', '`ON CONFLICT`'],
      ),
    ];
  } finally {
    await Promise.all(replicas.map((replica) => replica.close()));
  }
}
