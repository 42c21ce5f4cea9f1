import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { timed } from '../samples.js';
import { ByHand } from '../support/by-hand.js';
import { captureStatements } from '../support/captured-statements.js';
import type { CapturedStatements } from '../support/captured-statements.js';
import { answerCommands } from '../support/child.js';
import { forAnother } from '../support/for-another.js';
import { times } from '../support/in-order.js';
import { openReplica } from '../support/open-replica.js';

const TASK = { name: 'one run', minHold: 0 };

/** One cycle, claim to release, of this package and of what it is compared with. */
export type CycleSide =
  | 'plain'
  | 'recorded'
  | 'unprepared'
  | 'statements'
  | 'samePromises'
  | 'oneFlush'
  | 'onConflict'
  | 'transactions'
  | 'advisory'
  | 'updates';

export type CycleCommand = { url: string } | { side: CycleSide; count: number };

let cycles: Record<CycleSide, () => Promise<unknown>> | undefined;

/** Milliseconds that so many cycles take, one after another. */
answerCommands<CycleCommand, number>(
  async (command) => {
    if ('side' in command) return timed(() => times(command.count, cycles![command.side]));
    cycles = await open(command.url);
    return 0;
  },
  async () => process.exit(),
);

async function open(url: string): Promise<NonNullable<typeof cycles>> {
  const unrecorded = await openReplica(url, 1, { history: false });
  const statements = await captureStatements(unrecorded.service, TASK);
  const recorded = await openReplica(url, 1);
  const unprepared = await openReplica(url, 1, { history: false, preparedStatements: false });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const byHand = new ByHand(client, 'one run');
  await byHand.prepare();
  return {
    plain: () => unrecorded.callDecorated(),
    recorded: () => recorded.callDecorated(),
    unprepared: () => unprepared.callDecorated(),
    statements: () => sendBoth(client, statements),
    samePromises: () => byHand.samePromises(),
    oneFlush: () => byHand.durableAndAsynchronousUpdate(),
    onConflict: () => byHand.onConflict(),
    transactions: () => byHand.onConflictInTransactions(),
    advisory: () => byHand.sessionAdvisoryLock(),
    updates: () => times(2, () => byHand.durableUpdate()),
  };
}

async function sendBoth(client: pg.Client, { claim, release }: CapturedStatements): Promise<void> {
  const token = randomUUID();
  await client.query(forAnother(claim, token));
  await client.query(forAnother(release, token));
}
