import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { BareClientsCommand } from '../children/bare-clients.js';
import type { GrowthAnswer, GrowthCommand } from '../children/growing-application.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { inRounds } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { ON_CONFLICT } from '../support/by-hand.js';
import { captureStatements } from '../support/captured-statements.js';
import { startChild } from '../support/child.js';
import { forAnother } from '../support/for-another.js';
import { nextTick } from '../support/next-tick.js';
import { openReplica } from '../support/open-replica.js';

const CLIENTS = 200;
/** On each side. More take longer to be woken than the answers take: two cores run them one after another. */
const PROCESSES = 20;
const EACH = CLIENTS / PROCESSES;
const TURNS = 30;
/** For all processes to have the command before the first timer fires. */
const HEAD_START = 60;
/** Microseconds. */
const ADDED_FLUSHES = [0, 1_000];

/** How long the last of 200 clients waits for its answer where all of them claim one lock at once. */
export async function measureTwoHundredClients(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const replicas = startMany<GrowthCommand, GrowthAnswer>('growing-application');
  const bare = startMany<BareClientsCommand, number>('bare-clients');
  await Promise.all(replicas.map((child) => child.ask({ open: { url: database.url, replicas: EACH } })));
  await Promise.all(bare.map((child) => child.ask({ url: database.url, clients: EACH })));
  const admin = await database.client();
  await admin.query(`INSERT INTO common_lock VALUES ('contended', '-infinity', now(), 'bench')`);
  const sentByAll = async (next: () => pg.QueryConfig): Promise<number> => {
    const fireAt = fireTime();
    const send = () => Array.from({ length: EACH }, next);
    return Math.max(...(await Promise.all(bare.map((child) => child.ask({ send: send(), fireAt })))));
  };
  const claims = async (): Promise<number> => {
    const claim = { tasks: 1, tick: nextTick(), fireAt: fireTime() };
    const answers = await Promise.all(replicas.map((child) => child.ask({ claim })));
    const won = answers.reduce((sum, answer) => sum + answer.won, 0);
    if (won !== 1) throw new Error(`${won} of ${CLIENTS} clients won`);
    return Math.max(...answers.map(({ answeredAfter }) => answeredAfter));
  };
  const statements = await claimStatements(database.url);
  const rawClaims = async (): Promise<number> => {
    // Nobody released what the last turn won: all would lose.
    await admin.query(`UPDATE task_lock SET finished_at = clock_timestamp() WHERE name = 'contended'`);
    return sentByAll(statements());
  };
  const onConflict = async (): Promise<number> => {
    await admin.query(`UPDATE common_lock SET locked_until = '-infinity' WHERE name = 'contended'`);
    return sentByAll(() => ({ name: 'bench-lock', text: ON_CONFLICT, values: ['contended'] }));
  };
  const findings: Finding[] = [];
  try {
    for (const added of ADDED_FLUSHES) {
      await database.slowFlushes(added);
      const slow = added > 0 ? `, with ${added / 1_000} ms added to each flush` : '';
      const rounds = await inRounds(effort.turns(TURNS), {
        claims,
        ...(effort.takesContext && { statements: rawClaims }),
        onConflict,
      });
      const row = (what: string, side: 'claims' | 'statements', goal?: number): Finding =>
        ratioFinding(
          `${what} ÷ the \`ON CONFLICT\` shape${slow}`,
          goal,
          rounds.compare(side, 'onConflict'),
          ['claims', '`ON CONFLICT`'],
          `${PROCESSES} processes a side, ${EACH} clients each`,
        );
      findings.push(
        row('the last of 200 clients to get its answer', 'claims', 0.3),
        ...(effort.takesContext
          ? [row('of it, the claim raw, sent by 200 bare connections', 'statements')]
          : []),
      );
    }
  } finally {
    await database.slowFlushes(0);
    await Promise.all([...replicas, ...bare].map((child) => child.end()));
  }
  return findings;
}

/** A claim of the next tick, as this package sends it: the same for all clients but for its token. */
async function claimStatements(url: string): Promise<() => () => pg.QueryConfig> {
  const was = new Date(nextTick());
  const replica = await openReplica(url, 1, { history: false });
  const task = { name: 'contended', interval: '1m', scheduledTime: was };
  const { claim } = await captureStatements(replica.service, task);
  await replica.close();
  return () => {
    const tick = { was, is: new Date(nextTick()) };
    return () => forAnother(claim, randomUUID(), tick);
  };
}

function fireTime(): number {
  return performance.timeOrigin + performance.now() + HEAD_START;
}

function startMany<Command extends object, Answer>(module: string) {
  return Array.from({ length: PROCESSES }, () => startChild<Command, Answer>(module));
}
