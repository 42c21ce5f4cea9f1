import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { LoadAnswer, LoadCommand } from '../children/loaded-application.js';
import type { Effort } from '../effort.js';
import { largestCarried } from '../largest-carried.js';
import { timed } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { nextTick } from '../support/next-tick.js';
import { backendsOf, cpuOf, knowsServerCpu } from '../support/server-cpu.js';

/** How many tasks a second so many replicas may all have. */
export interface CapacityFinding {
  replicas: number;
  /** Whether all tasks are due at the full second, as with cron expressions, or each in a moment of its own. */
  spread: boolean;
  tasks: number;
  /** Milliseconds by which the last start was late with that many. */
  latest: number;
  /** How many cores Postgres used; the rest of two were the replicas'. */
  serverCores?: number;
}

const REPLICAS = [1, 4, 16, 64, 200];
const PROCESSES = 4;
const SECONDS = 4;
/** Postgres plans a statement anew for its first five runs on each connection. */
const PREPARING = 6;
/** Milliseconds that a start may be late. */
const TOO_LATE = 1_000;
const MOST = 16_384;
const HEAD_START = 100;
/** Milliseconds after a load that was too much. */
const REST = 2_000;
/** Where the searches of one replica begin. */
const GUESS = { atOnce: 4_096, spread: 256 };

type Application = Child<LoadCommand, LoadAnswer>;

/** Replicas × tasks per second until the last start is a second late, on the cores that all of them share. */
export async function measureCapacity(database: BenchDatabase, effort: Effort): Promise<CapacityFinding[]> {
  const url = await database.another('capacity');
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const applications = Array.from({ length: PROCESSES }, () =>
    startChild<LoadCommand, LoadAnswer>('loaded-application'),
  );
  const findings: CapacityFinding[] = [];
  const guesses = { ...GUESS };
  try {
    for (const replicas of effort.some(REPLICAS)) {
      const used = await openIn(applications, url, replicas);
      // Prepares the statements of all connections.
      await load(admin, used, 1, effort.turns(PREPARING), false);
      for (const which of ['atOnce', 'spread'] as const) {
        const spread = which === 'spread';
        const probe = (tasks: number) => probeWith(admin, used, tasks, effort.turns(SECONDS), spread);
        const found = await search(probe, guesses[which], effort.turns(MOST));
        guesses[which] = Math.max(Math.floor(found.tasks / 2), 1);
        findings.push({ replicas, spread, ...found });
      }
    }
  } finally {
    await Promise.all(applications.map((application) => application.end()));
    await admin.end();
  }
  return findings;
}

async function openIn(applications: Application[], url: string, replicas: number): Promise<Application[]> {
  const used = applications.slice(0, replicas);
  await Promise.all(
    used.map((application, index) =>
      application.ask({
        url,
        replicas: Math.floor(replicas / used.length) + (index < replicas % used.length ? 1 : 0),
      }),
    ),
  );
  return used;
}

type Probed = Omit<CapacityFinding, 'replicas' | 'spread'>;

async function search(
  probe: (tasks: number) => Promise<Probed & { isCarried: boolean }>,
  guess: number,
  most: number,
): Promise<Probed> {
  let best: Probed = { tasks: 0, latest: 0 };
  await largestCarried(guess, most, async (tasks) => {
    const { isCarried, ...probed } = await probe(tasks);
    if (isCarried && tasks > best.tasks) best = probed;
    // What was too much is still being returned.
    if (!isCarried) await delay(REST);
    return isCarried;
  });
  return best;
}

async function probeWith(
  admin: pg.Client,
  applications: Application[],
  tasks: number,
  seconds: number,
  spread: boolean,
): Promise<Probed & { isCarried: boolean }> {
  const backends = knowsServerCpu ? await backendsOf(admin, 'load') : [];
  let answers: LoadAnswer[] = [];
  let milliseconds = 0;
  const used = await cpuOf(backends, async () => {
    milliseconds = await timed(
      async () => (answers = await load(admin, applications, tasks, seconds, spread)),
    );
  });
  const latest = Math.max(...answers.map((answer) => answer.latest));
  const started = answers.reduce((sum, answer) => sum + answer.started, 0);
  const isCarried = started === tasks * seconds && latest <= TOO_LATE;
  return { tasks, latest, serverCores: knowsServerCpu ? used / milliseconds : undefined, isCarried };
}

let loads = 0;

/** Each load has names of its own: a claim that was given up may hold its lock for a minute. */
async function load(
  admin: pg.Client,
  applications: Application[],
  tasks: number,
  seconds: number,
  spread: boolean,
): Promise<LoadAnswer[]> {
  const prefix = `load ${++loads}`;
  await admin.query(
    `INSERT INTO task_lock (name) SELECT $1 || ' ' || nth FROM generate_series(0, $2::int - 1) AS nth`,
    [prefix, tasks],
  );
  const fireAt = performance.timeOrigin + performance.now() + HEAD_START;
  const command = { load: { prefix, tasks, seconds, spread, firstTick: nextTick(), fireAt } };
  return Promise.all(applications.map((application) => application.ask(command)));
}
