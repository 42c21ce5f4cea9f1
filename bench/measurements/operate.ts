import type { Effort } from '../effort.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import { inRounds, timed } from '../samples.js';
import { onConnection } from '../support/bench-database.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { times } from '../support/in-order.js';
import { HOLD, openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';
import { backendsOf, cpuOf, knowsServerCpu } from '../support/server-cpu.js';

const RUNS_A_TURN = 40;
const TURNS = 60;

/** A replica, and the process of Postgres that serves its one connection. */
interface Served {
  replica: BenchReplica;
  backends: number[];
}

/** What it costs that operators can see and steer: whole runs, beside a database whose tables for that are missing. */
export async function measureOperate(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const [pauses, none] = [await database.another('with_pauses'), await database.another('without_pauses')];
  await onConnection(pauses, FILLED);
  await onConnection(none, 'DROP TABLE task_lock_control');
  const unrecorded = { history: false } as const;
  const served = {
    recorded: await serve(database, pauses, 'recorded', {}),
    pauses: await serve(database, pauses, 'pauses', unrecorded),
    none: await serve(database, none, 'none', unrecorded),
  };
  for (const url of [pauses, none]) await onConnection(url, HOLD);
  try {
    return [
      ...(await measurePause(served, effort)),
      ...(effort.takesContext ? [await measureHistory(served, effort)] : []),
      ...(await measureWrites(served, effort)),
    ];
  } finally {
    for (const { replica } of Object.values(served)) await replica.close();
  }
}

type Side = 'recorded' | 'pauses' | 'none';

async function serve(
  database: BenchDatabase,
  url: string,
  application_name: Side,
  options: { history?: false },
): Promise<Served> {
  const replica = await openReplica(url, { max: 1, application_name, idleTimeoutMillis: 0 }, options);
  const backends = knowsServerCpu ? await backendsOf(await database.client(), application_name) : [];
  return { replica, backends };
}

/** Wall times say nothing of three percent: the CPU of both sides of the connection does. */
async function measurePause(served: Record<Side, Served>, effort: Effort): Promise<Finding[]> {
  const won = (replica: BenchReplica) => times(RUNS_A_TURN, () => replica.callDecorated());
  const lost = (replica: BenchReplica) => times(RUNS_A_TURN, () => replica.callHeld());
  const findings: Finding[] = [];
  for (const [noun, work] of Object.entries({ run: won, 'lost claim': lost })) {
    const cpu =
      ({ replica, backends }: Served, of: 'both' | 'server') =>
      async () => {
        const before = process.cpuUsage();
        const server = await cpuOf(backends, () => work(replica));
        const { user, system } = process.cpuUsage(before);
        return of === 'server' ? server : server + (user + system) / 1_000;
      };
    const onServer = {
      pausesOnServer: cpu(served.pauses, 'server'),
      noneOnServer: cpu(served.none, 'server'),
    };
    const rounds = await inRounds(effort.turns(TURNS), {
      pauses: cpu(served.pauses, 'both'),
      ...(effort.takesContext && onServer),
      none: cpu(served.none, 'both'),
    });
    const sides: [string, string] = [`${RUNS_A_TURN} of them`, 'without'];
    const where = knowsServerCpu ? 'replica and server together' : 'replica alone';
    findings.push(
      ratioFinding(
        `CPU of a ${noun} that looks for pauses ÷ one where their table is missing (${where})`,
        1.03,
        rounds.compare('pauses', 'none'),
        sides,
      ),
    );
    if (!knowsServerCpu || !effort.takesContext) continue;
    findings.push(
      ratioFinding(
        `CPU of the server alone, of a ${noun} that looks for pauses ÷ one where their table is missing`,
        undefined,
        rounds.compare('pausesOnServer', 'noneOnServer'),
        sides,
      ),
    );
  }
  return findings;
}

async function measureHistory({ recorded, pauses }: Record<Side, Served>, effort: Effort): Promise<Finding> {
  const runs =
    ({ replica }: Served) =>
    () =>
      timed(() => times(RUNS_A_TURN, () => replica.callDecorated()));
  const rounds = await inRounds(effort.turns(TURNS), { recorded: runs(recorded), plain: runs(pauses) });
  return ratioFinding(
    'claim + empty run + release of a decorated method ÷ the same with `history: false`',
    undefined,
    rounds.compare('recorded', 'plain'),
    [`${RUNS_A_TURN} runs`, 'without'],
  );
}

/** What whole runs write. */
async function measureWrites({ recorded, pauses }: Record<Side, Served>, effort: Effort): Promise<Finding[]> {
  const [withHistory, without] = [await walOf(recorded.replica, effort), await walOf(pauses.replica, effort)];
  const { dataSource } = pauses.replica;
  await dataSource.query('SELECT pg_stat_force_next_flush()');
  const [updates] = await dataSource.query<{ all: string; hot: string }[]>(UPDATES);
  const [all, hot] = [Number(updates?.all), Number(updates?.hot)];
  return [
    {
      what: 'WAL of a run, more than without the history',
      figure: withHistory - without,
      unit: 'bytes',
      context: `with ${withHistory} bytes, without ${without} bytes; an insert into task_lock_run and its two indexes`,
    },
    {
      what: 'updates of lock rows by claims and releases that were not heap-only',
      goal: 0,
      figure: all - hot,
      unit: 'updates',
      context: `${hot} of ${all} were`,
    },
  ];
}

/** Of one run; what the server writes of its own now and then is not in the least. */
async function walOf(replica: BenchReplica, effort: Effort): Promise<number> {
  const written: number[] = [];
  const { dataSource } = replica;
  await times(effort.turns(5), async () => {
    const [before] = await dataSource.query<{ lsn: string }[]>('SELECT pg_current_wal_insert_lsn() AS lsn');
    await times(RUNS_A_TURN, () => replica.callDecorated());
    const bytes = 'SELECT pg_current_wal_insert_lsn() - $1::pg_lsn AS bytes';
    const [after] = await dataSource.query<{ bytes: string }[]>(bytes, [before!.lsn]);
    written.push(Math.round(Number(after!.bytes) / RUNS_A_TURN));
  });
  return Math.min(...written);
}

/** Paused tasks and recorded runs of others, as an application has them. */
const FILLED = `
INSERT INTO task_lock_control (name, paused_at, paused_until, paused_by)
SELECT 'paused ' || nth, clock_timestamp(), 'infinity', 'bench' FROM generate_series(1, 2) AS nth;
INSERT INTO task_lock_run (name, fence, task, trigger, replica, started_at, finished_at, outcome)
SELECT 'other ' || nth % 100, nth, 'other ' || nth % 100, 'tick', 'bench', clock_timestamp(), clock_timestamp(), 'succeeded'
FROM generate_series(1, 10000) AS nth;
ANALYZE task_lock_control, task_lock_run`;

const UPDATES = `
SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'task_lock'`;
