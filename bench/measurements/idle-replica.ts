import type { HourlyAnswer, HourlyCommand } from '../children/hourly-application.js';
import type { IdleCommand } from '../children/idle.js';
import type { Effort } from '../effort.js';
import type { Finding } from '../goal.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const TASKS = 100;
/** Seconds: exactly two of a hundred ticks an hour. */
const WATCHED = 72;
const AN_HOUR = 3_600 / WATCHED;
const SIMULATED_MINUTES = 60;
/** As the rows on the length of runs say. */
const QUERIES_A_TICK = 2;

/** What a replica costs that does next to nothing: a hundred tasks, each due once an hour. */
export async function measureIdleReplica(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const hour = await watch(await database.another('watched'), effort.turns(WATCHED) * 1_000);
  const idle = await simulatedQueries(await database.another('simulated'), effort.turns(SIMULATED_MINUTES));
  const queries = idle + QUERIES_A_TICK * TASKS;
  const watched = `${WATCHED} s watched, times ${AN_HOUR}; on a pool with pg’s defaults`;
  const hourly = `a replica with ${TASKS} tasks an hour`;
  return [
    {
      what: `${hourly}: queries an hour`,
      figure: queries,
      unit: 'queries',
      context: `${idle} in an hour of simulated time in which nothing was due (a look for triggers each 15 s, heartbeats); a claim and a release for each tick`,
    },
    {
      what: `${hourly}: connections opened an hour`,
      figure: hour.connects * AN_HOUR,
      unit: 'connections',
      context: `${watched}: they are closed after ten seconds`,
    },
    {
      what: `${hourly}: CPU an hour, more than without the lock`,
      figure: (hour.cpu * AN_HOUR) / 1_000,
      unit: 's',
      context: watched,
    },
    {
      what: `${hourly}: memory, more than without the lock`,
      figure: hour.heap / 1_024 / 1_024,
      unit: 'MiB',
      context: 'of the heap after a collection',
    },
  ];
}

/** Beside an application of the same tasks without the lock, at the same time. */
async function watch(url: string, milliseconds: number): Promise<HourlyAnswer> {
  const children = [true, false].map((locked) => ({
    locked,
    child: startChild<HourlyCommand, HourlyAnswer>('hourly-application', { execArgv: ['--expose-gc'] }),
  }));
  try {
    await Promise.all(children.map(({ locked, child }) => child.ask({ url, tasks: TASKS, locked })));
    const answers = await Promise.all(children.map(({ child }) => child.ask({ milliseconds })));
    const [locked, unlocked] = answers as [HourlyAnswer, HourlyAnswer];
    return {
      cpu: locked.cpu - unlocked.cpu,
      connects: locked.connects - unlocked.connects,
      ticks: locked.ticks,
      heap: locked.heap - unlocked.heap,
    };
  } finally {
    for (const { child } of children) await child.end();
  }
}

async function simulatedQueries(url: string, minutes: number): Promise<number> {
  const child = startChild<IdleCommand, number>('idle');
  try {
    return await child.ask({ url, minutes });
  } finally {
    await child.end();
  }
}
