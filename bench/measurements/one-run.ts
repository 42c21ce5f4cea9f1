import { randomUUID } from 'node:crypto';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved, timed } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { captureStatements, forAnother } from '../support/captured-statements.js';
import { times } from '../support/in-order.js';
import { openReplica } from '../support/open-replica.js';

const TASK = { name: 'one run', minHold: 0 };
const RUNS_A_TURN = 20;
const TURNS = 60;

/** Claim, empty run and release beside the floor of a durable lock by hand, and beside what people write otherwise. */
export async function measureOneRun(
  database: BenchDatabase,
  effort: Effort,
  addedFlush = 0,
): Promise<Finding[]> {
  const prepared = await openReplica(database.url, 1);
  const unprepared = await openReplica(database.url, 1, { preparedStatements: false });
  const client = await database.client();
  await client.query(`INSERT INTO counter VALUES ('one run', 0) ON CONFLICT DO NOTHING`);
  const run = (replica: typeof prepared.service) =>
    timed(() => times(RUNS_A_TURN, () => replica.run(TASK, () => {})));
  const update = { name: 'bench-update', text: 'UPDATE counter SET value = value + 1 WHERE name = $1' };
  const updates = () =>
    timed(() => times(2 * RUNS_A_TURN, () => client.query({ ...update, values: ['one run'] })));
  const common = () => timed(() => times(RUNS_A_TURN, () => commonLock(client)));
  const transactions = () => timed(() => times(RUNS_A_TURN, () => commonLock(client, true)));
  const advisory = () => timed(() => times(RUNS_A_TURN, () => advisoryLock(client)));
  await database.slowFlushes(addedFlush);
  const slow = addedFlush > 0 ? `, with ${addedFlush / 1_000} ms added to each flush` : '';
  const side = `${RUNS_A_TURN} runs`;
  try {
    const findings = [
      ratioFinding(
        `claim + empty run + release ÷ two durable updates${slow}`,
        addedFlush > 0 ? 0.6 : 1,
        await interleaved(effort.turns(TURNS), () => run(prepared.service), updates),
        [side, 'updates'],
      ),
    ];
    const { claim, release } = await captureStatements(prepared.service, TASK);
    const statements = () =>
      timed(() =>
        times(RUNS_A_TURN, async () => {
          const token = randomUUID();
          await client.query(forAnother(claim, token));
          await client.query(forAnother(release, token));
        }),
      );
    findings.push(
      ratioFinding(
        `of it, the two statements, sent by the bare driver ÷ two durable updates${slow}`,
        undefined,
        await interleaved(effort.turns(TURNS), statements, updates),
        [side, 'updates'],
      ),
    );
    if (addedFlush > 0) return findings;
    findings.push(
      ratioFinding(
        'the same without prepared statements ÷ two durable updates',
        undefined,
        await interleaved(effort.turns(TURNS), () => run(unprepared.service), updates),
        [side, 'updates'],
      ),
      ratioFinding(
        'beside it: `INSERT … ON CONFLICT` and an update, by named statements ÷ two durable updates',
        undefined,
        await interleaved(effort.turns(TURNS), common, updates),
        [side, 'updates'],
      ),
      ratioFinding(
        'beside it: the same, each in BEGIN and COMMIT ÷ two durable updates',
        undefined,
        await interleaved(effort.turns(TURNS), transactions, updates),
        [side, 'updates'],
      ),
      ratioFinding(
        'beside it: a session advisory lock, which outlives no connection and keeps no tick ÷ two durable updates',
        undefined,
        await interleaved(effort.turns(TURNS), advisory, updates),
        [side, 'updates'],
      ),
    );
    return findings;
  } finally {
    await database.slowFlushes(0);
    await prepared.close();
    await unprepared.close();
  }
}

type Client = Awaited<ReturnType<BenchDatabase['client']>>;

async function commonLock(client: Client, inTransactions = false): Promise<void> {
  const statement = async (name: string, text: string): Promise<void> => {
    if (inTransactions) await client.query('BEGIN');
    await client.query({ name, text, values: ['one run'] });
    if (inTransactions) await client.query('COMMIT');
  };
  await statement('bench-lock', COMMON_CLAIM);
  await statement('bench-unlock', 'UPDATE common_lock SET locked_until = now() WHERE name = $1');
}

/** The shape that most lock libraries on Postgres send, whatever their language. */
export const COMMON_CLAIM = `
INSERT INTO common_lock VALUES ($1, now() + interval '1 minute', now(), 'bench')
ON CONFLICT (name) DO UPDATE SET locked_until = excluded.locked_until, locked_at = excluded.locked_at,
                                 locked_by = excluded.locked_by
WHERE common_lock.locked_until <= now()`;

async function advisoryLock(client: Client): Promise<void> {
  await client.query({ name: 'bench-try', text: 'SELECT pg_try_advisory_lock(1)' });
  await client.query({ name: 'bench-give', text: 'SELECT pg_advisory_unlock(1)' });
}
