import type pg from 'pg';
import { median } from 'simple-statistics';
import type { SlowAnswer, SlowCommand } from '../children/slow-replica.js';
import type { Effort } from '../effort.js';
import type { Finding } from '../goal.js';
import { quartiles } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { nextTick } from '../support/next-tick.js';
import { backendsOf, cpuOf, knowsServerCpu } from '../support/server-cpu.js';

const TICKS = 20;
const TURNS = 8;
/** Milliseconds between two ticks: long enough for the caches of a processor to hold other work. */
const PAUSE = 50;
/** Stands for pg-pool's ten seconds: the pauses are longer. */
const CLOSES = 10;
const REPLICAS = 8;
/** A process that has lately started: what a task of each hour has behind it after days. */
const WARM = 5;

type Replica = Child<SlowCommand, SlowAnswer>;

/** How late a tick starts, and what it costs, where ticks are rare; on a connection that was kept and on a new one. */
export async function measureSlowTicks(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const pools: Record<'kept' | 'keptByMinimum' | 'closed', pg.PoolConfig> = {
    kept: { max: 2, idleTimeoutMillis: 0 },
    keptByMinimum: { max: 2, min: 1, idleTimeoutMillis: CLOSES },
    closed: { max: 2, idleTimeoutMillis: CLOSES },
  };
  const open = async (pool: pg.PoolConfig, replicas = 1): Promise<Replica> => {
    const child = startChild<SlowCommand, SlowAnswer>('slow-replica');
    await child.ask({ url: database.url, replicas, pool });
    return child;
  };
  const kept = await open(pools.kept);
  const keptByMinimum = await open(pools.keptByMinimum);
  const closed = await open(pools.closed);
  const eight = await open({ ...pools.kept, max: 1, application_name: 'eight' }, REPLICAS);
  const children = [kept, keptByMinimum, closed, eight];
  try {
    for (const child of children) await child.ask(ticks(WARM));
    const answers = new Map([kept, keptByMinimum, closed].map((child) => [child, [] as SlowAnswer[]]));
    const pauses: number[] = [];
    for (let turn = 0; turn < effort.turns(TURNS); turn++) {
      for (const [child, all] of answers) all.push(await child.ask(ticks(TICKS)));
      pauses.push((await kept.ask({ ticks: Array<number>(TICKS).fill(0), pause: PAUSE })).cpu);
    }
    const of = (child: Replica): SlowAnswer[] => answers.get(child)!;
    if (
      of(closed).some(({ connections }) => connections > 0) ||
      of(kept).some(({ connections }) => connections === 0)
    )
      throw new Error('the connections were not closed, or not kept');
    const cpuOfTick = (child: Replica): Pick<Finding, 'figure' | 'spread' | 'unit'> =>
      figure(
        'ms',
        of(child).map(({ cpu }, turn) => (cpu - pauses[turn]!) / TICKS),
      );
    const startOf = (child: Replica): Pick<Finding, 'figure' | 'spread' | 'unit'> =>
      figure(
        'ms',
        of(child).flatMap(({ startedAfter }) => startedAfter),
      );
    const context = `${PAUSE} ms between ticks`;
    return [
      {
        what: 'a tick starts after, on a connection that was kept (`idleTimeoutMillis: 0`)',
        ...startOf(kept),
        context,
      },
      { what: 'the same, kept by `min: 1`', ...startOf(keptByMinimum), context },
      {
        what: 'the same, on a new connection, since the pool had closed the last one',
        ...startOf(closed),
        context: `${context}, closed after ${CLOSES} ms in place of ten seconds`,
      },
      { what: 'CPU of the application for a tick, connection kept', ...cpuOfTick(kept), context },
      { what: 'CPU of the application for a tick, on a new connection', ...cpuOfTick(closed), context },
      ...(knowsServerCpu ? [await serverCpu(database, eight, effort)] : []),
    ];
  } finally {
    for (const child of children) await child.end();
  }
}

async function serverCpu(database: BenchDatabase, eight: Replica, effort: Effort): Promise<Finding> {
  const backends = await backendsOf(await database.client(), 'eight');
  const samples: number[] = [];
  for (let turn = 0; turn < effort.turns(TURNS); turn++)
    samples.push((await cpuOf(backends, () => eight.ask(ticks(TICKS)))) / TICKS);
  return {
    what: `CPU of the server for a tick, ${REPLICAS} replicas at once`,
    ...figure('ms', samples),
    context: `claims of all of them and one release; ${PAUSE} ms between ticks, connections kept`,
  };
}

function ticks(count: number): SlowCommand {
  return { ticks: Array.from({ length: count }, nextTick), pause: PAUSE };
}

function figure(unit: 'ms', samples: number[]): Pick<Finding, 'figure' | 'spread' | 'unit'> {
  return { unit, figure: median(samples), spread: quartiles(samples) };
}
