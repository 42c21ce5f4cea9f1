import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from 'simple-statistics';
import pg from 'pg';
import type { ScaleAnswer, ScaleCommand } from '../children/scale-driver.js';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';
import { migrate, onConnection } from '../support/bench-database.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { nextTick } from '../support/next-tick.js';
import { treeCpu } from '../support/tree-cpu.js';
import { PGBOUNCER, PgBouncer } from '../../test/servers/support/pgbouncer.js';
import { missingOf } from '../../test/servers/support/programs.js';
import { versionOf } from '../../test/servers/support/version.js';
import { postmasterOf } from './week-sampler.js';

export interface ScaleSize {
  replicas: number;
  tasks: number;
}

/** A minute of so many replicas and tasks. */
export interface ScaleFinding {
  /** How the replicas are connected. */
  way: string;
  spread: boolean;
  /** Connections of Postgres at the most. */
  connections: number;
  /** Seconds of CPU for one minute's ticks: of Postgres, of the pooler, and of what plays the replicas. */
  cpu: { postgres: number; pooler?: number; replicas: number };
  statements: number;
  /** Statements in the second that had most. */
  busiest: number;
  /** Milliseconds by which a tick's start was late. */
  starts: Quantiles;
  /** Milliseconds until a replica knew whether it runs. */
  knew: Quantiles;
  /** Ticks that no replica ran, of all that were due. */
  missed: number;
  due: number;
  /** Of all claims, the share that had no answer in the five seconds of `claimTimeout`. */
  unavailable: number;
  errors: Record<string, number>;
  /** Bytes. */
  wal: number;
  /** Milliseconds by which the driving processes fired late: what is not the fault of Postgres. */
  timers: number;
}

export interface Quantiles {
  p50: number;
  p99: number;
  last: number;
}

const PROCESSES = 4;
const MINUTE = 60_000;
/** Postgres plans a prepared statement anew for its first five runs on each connection. */
const WARM_UPS = 6;
const MEASURED = 3;
/** Milliseconds after which pg closes a connection, and a little. */
const CLOSED = 11_000;
const POOL_SIZE = 30;
const HEAD_START = 300;

type Driver = Child<ScaleCommand, ScaleAnswer>;
interface Way {
  way: string;
  pool: pg.PoolConfig;
  pooled: boolean;
  /** Milliseconds between two ticks that all tasks have at once. */
  rest: number;
  ticks: readonly ('at once' | 'spread')[];
}

const WAYS: readonly Way[] = [
  {
    way: 'directly, on connections that pg had closed since the last tick (its default)',
    pool: {},
    pooled: false,
    rest: CLOSED,
    ticks: ['at once'],
  },
  {
    way: 'directly, on connections that are kept (`idleTimeoutMillis: 0`)',
    pool: { idleTimeoutMillis: 0 },
    pooled: false,
    rest: 500,
    ticks: ['at once', 'spread'],
  },
  {
    way: `through pgbouncer, transaction mode, ${POOL_SIZE} connections to Postgres`,
    pool: { idleTimeoutMillis: 0 },
    pooled: true,
    rest: 500,
    ticks: ['at once', 'spread'],
  },
];

/** The ticks of one minute of many replicas that all have the same tasks, directly and through a pooler. */
export async function measureScale(
  { replicas, tasks }: ScaleSize,
  tell: (line: string) => void,
): Promise<{ findings: ScaleFinding[]; postgres: string; pooler: string }> {
  const postgres = await startEmbeddedPostgres({
    max_connections: String(10 * replicas + 50),
    // The WAL of a tick, without the pages that a checkpoint adds.
    checkpoint_timeout: '1h',
    max_wal_size: '8GB',
  });
  const admin = new pg.Client({ connectionString: postgres.url });
  const findings: ScaleFinding[] = [];
  try {
    await migrate(postgres.url);
    await admin.connect();
    await onConnection(
      postgres.url,
      `INSERT INTO task_lock (name) SELECT 'task ' || nth FROM generate_series(0, ${tasks - 1}) AS nth`,
    );
    const postmaster = await postmasterOf(admin);
    const hasPooler = missingOf([PGBOUNCER]).length === 0;
    for (const way of WAYS) {
      if (way.pooled && !hasPooler) {
        tell('pgbouncer is not installed: left out');
        continue;
      }
      const pooler = way.pooled ? await PgBouncer.before(postgres.url, POOL_SIZE) : undefined;
      const drivers = Array.from({ length: PROCESSES }, () =>
        startChild<ScaleCommand, ScaleAnswer>('scale-driver'),
      );
      try {
        const url = pooler?.url ?? postgres.url;
        const prepared = !way.pooled;
        const each = Math.ceil(replicas / PROCESSES);
        await Promise.all(
          drivers.map((driver, nth) => {
            const first = nth * each;
            const count = Math.max(Math.min(each, replicas - first), 0);
            return driver.ask({ open: { url, first, replicas: count, pool: way.pool, prepared } });
          }),
        );
        for (const ticks of way.ticks) {
          const spread = ticks === 'spread';
          const context = {
            admin,
            postmaster,
            pooler: pooler?.pid,
            drivers,
            replicas,
            tasks,
            spread,
            rest: way.rest,
          };
          const found = { way: way.way, ...(await measureTicks(context)) };
          findings.push(found);
          tell(JSON.stringify(found));
        }
      } finally {
        await Promise.all(drivers.map((driver) => driver.end()));
        await pooler?.end();
      }
    }
    const { rows } = await admin.query<{ version: string }>(
      `SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync') AS version`,
    );
    const pooler = `pgbouncer ${hasPooler ? versionOf('pgbouncer', '--version') : 'not installed'}`;
    return { findings, postgres: rows[0]!.version, pooler };
  } finally {
    await admin.end();
    await postgres.stop();
  }
}

interface Context {
  admin: pg.Client;
  postmaster: number;
  pooler?: number;
  drivers: readonly Driver[];
  replicas: number;
  tasks: number;
  spread: boolean;
  rest: number;
}

async function measureTicks(context: Context): Promise<Omit<ScaleFinding, 'way'>> {
  const { admin, postmaster, pooler, replicas, tasks, spread, rest } = context;
  if (rest < CLOSED && !spread) for (let nth = 0; nth < WARM_UPS; nth++) await playTick(context, 0);
  const counted = spread ? 1 : MEASURED;
  const cpu = { postgres: 0, pooler: pooler === undefined ? undefined : 0, replicas: 0 };
  const answers: ScaleAnswer[] = [];
  const [starts, knew]: [number[], number[]] = [[], []];
  const errors: Record<string, number> = {};
  let [wal, missed] = [0, 0];
  const watch = watchServer(admin);
  for (let nth = 0; nth < counted; nth++) {
    await delay(rest);
    const before = {
      postgres: treeCpu(postmaster),
      pooler: pooler && treeCpu(pooler),
      wal: await walOf(admin),
    };
    const found = await playTick(context, spread ? MINUTE : 0);
    cpu.postgres += (treeCpu(postmaster) - before.postgres) / counted;
    if (pooler !== undefined) cpu.pooler! += (treeCpu(pooler) - before.pooler!) / counted;
    wal += ((await walOf(admin)) - before.wal) / counted;
    missed += missedOf(found, tasks);
    for (const answer of found) {
      starts.push(...answer.won.map(([, late]) => late));
      knew.push(...answer.knew);
      for (const [message, times] of Object.entries(answer.errors))
        errors[message] = (errors[message] ?? 0) + times;
      cpu.replicas += answer.cpu / 1_000 / counted;
    }
    answers.push(...found);
  }
  const seen = await watch.end();
  const sum = (of: (answer: ScaleAnswer) => number): number =>
    answers.reduce((total, answer) => total + of(answer), 0);
  return {
    spread,
    connections: seen.connections,
    cpu,
    statements: sum((answer) => answer.statements) / counted,
    busiest: seen.busiest,
    starts: quantilesOf(starts, Math.max(...starts)),
    knew: quantilesOf(knew, Math.max(...answers.map((answer) => answer.last))),
    missed,
    due: tasks * counted,
    unavailable: sum((answer) => answer.unavailable) / counted / replicas / tasks,
    errors,
    wal,
    timers: Math.max(...answers.map((answer) => answer.timers)),
  };
}

async function playTick({ drivers, tasks }: Context, over: number): Promise<ScaleAnswer[]> {
  const command = {
    tasks,
    tick: nextTick(),
    over,
    fireAt: performance.timeOrigin + performance.now() + HEAD_START,
  };
  return Promise.all(drivers.map((driver) => driver.ask(command)));
}

/** How many ticks did not run. @throws Error if one ran twice */
function missedOf(answers: readonly ScaleAnswer[], tasks: number): number {
  const runs = new Array<number>(tasks).fill(0);
  for (const { won } of answers) for (const [task] of won) runs[task]!++;
  const twice = runs.filter((times) => times > 1).length;
  if (twice > 0) throw new Error(`${twice} of ${tasks} ticks ran twice`);
  return runs.filter((times) => times === 0).length;
}

/** Looks ten times a second at how many connections there are, and at how many transactions have committed. */
function watchServer(admin: pg.Client): { end(): Promise<{ connections: number; busiest: number }> } {
  const seen = { connections: 0, busiest: 0 };
  const commits: { at: number; count: number }[] = [];
  let hasEnded = false;
  const watching = (async () => {
    while (!hasEnded) {
      const { rows } = await admin.query<{ connections: string; commits: string }>(
        `SELECT (SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
                (SELECT sum(xact_commit) FROM pg_stat_database) AS commits`,
      );
      seen.connections = Math.max(seen.connections, Number(rows[0]!.connections));
      const [at, count] = [performance.now(), Number(rows[0]!.commits)];
      commits.push({ at, count });
      while (commits[1] !== undefined && at - commits[1].at >= 1_000) commits.shift();
      const since = commits[0]!;
      if (at - since.at >= 1_000)
        seen.busiest = Math.max(seen.busiest, ((count - since.count) * 1_000) / (at - since.at));
      await delay(100);
    }
  })();
  return {
    end: async () => {
      hasEnded = true;
      await watching;
      return seen;
    },
  };
}

async function walOf(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ wal: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal`,
  );
  return Number(rows[0]!.wal);
}

function quantilesOf(values: number[], last: number): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), last };
}
