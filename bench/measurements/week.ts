import type { WeeklyAnswer, WeeklyCommand, WeeklyTasks } from '../children/weekly-replica.js';
import { startChild } from '../support/child.js';
import { startSteppingDatabase } from '../support/stepping-database.js';
import { WeekSampler } from './week-sampler.js';
import type { WeekSample } from './week-sampler.js';

const REPLICAS = 4;
export const TASKS: WeeklyTasks = { plain: 70, recovering: 20, keyed: 5, requested: 5 };
const SAMPLES = 168;
const MINUTE = 60_000;
/**
 * One transaction is open in the middle: of a week, for eight hours of the fourth day. Each hour makes all claims
 * dearer, and a whole day would take longer than the rest of the week.
 */
export const HELD = { from: 3 / 7, to: 10 / 21 };
/** Keys are new each hour. What a week before would have left is there when it begins. */
const KEYS_BEFORE = 7 * 24;
/** Milliseconds after the full minute: nobody is early. */
const LATE = 20;

export interface WeekFindings {
  /** Minutes that were played, each with a tick of each scheduled task. */
  ticks: number;
  /** Real minutes that it took. */
  minutes: number;
  samples: WeekSample[];
  /** Ticks of all scheduled tasks that ran once, twice or more, and never. */
  ran: { once: number; twice: number; never: number };
  runsOfKeys: number;
  runsOfRequests: number;
  logged: Record<string, number>;
  postgres: string;
}

/** Plays so many minutes one after another, as fast as their ticks are done, and looks at the database now and then. */
export async function measureWeek(ticks: number, tell: (line: string) => void): Promise<WeekFindings> {
  const database = await startSteppingDatabase({
    shared_preload_libraries: 'pg_stat_statements',
    // By the machine's clock, which is slow here: a minute by default.
    autovacuum_naptime: '1s',
    // Nothing of the growth depends on flushes.
    fsync: 'off',
  });
  const { client, url } = database;
  const children = Array.from({ length: REPLICAS }, () =>
    startChild<WeeklyCommand, WeeklyAnswer>('weekly-replica'),
  );
  try {
    await client.query(WEEK_BEFORE, [TASKS.keyed, REPLICAS, KEYS_BEFORE]);
    await Promise.all(
      children.map((child, nth) => child.ask({ open: { url, nth, replicas: REPLICAS, tasks: TASKS } })),
    );
    const sampler = await WeekSampler.on(url);
    const startedAt = performance.now();
    const from = Math.ceil((Date.now() + MINUTE) / MINUTE) * MINUTE;
    const samples: WeekSample[] = [];
    const ran = { once: 0, twice: 0, never: 0 };
    let answers: WeeklyAnswer[] = [];
    let held: 'not yet' | 'open' | 'over' = 'not yet';
    for (let minute = 0; minute < ticks; minute++) {
      const ahead = from + minute * MINUTE + LATE - Date.now();
      await database.step(ahead);
      answers = await Promise.all(children.map((child) => child.ask({ minute, ahead })));
      for (let task = 0; task < TASKS.plain + TASKS.recovering; task++) {
        const times = answers.reduce((sum, answer) => sum + answer.ran[task]!, 0);
        ran[times === 0 ? 'never' : times === 1 ? 'once' : 'twice']++;
      }
      if (held === 'not yet' && minute >= HELD.from * ticks) {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM task_lock LIMIT 1');
        held = 'open';
      } else if (held === 'open' && minute >= HELD.to * ticks) {
        await client.query('COMMIT');
        held = 'over';
      }
      if (Math.floor(((minute + 1) * SAMPLES) / ticks) === Math.floor((minute * SAMPLES) / ticks)) continue;
      const sample = await sampler.sample((minute + 1) / 60);
      samples.push(sample);
      tell(lineOf(sample, held));
    }
    await sampler.end();
    const { rows } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    return {
      ticks,
      minutes: (performance.now() - startedAt) / MINUTE,
      samples,
      ran,
      runsOfKeys: answers.reduce((sum, answer) => sum + answer.runsOfKeys, 0),
      runsOfRequests: answers.reduce((sum, answer) => sum + answer.runsOfRequests, 0),
      logged: together(answers.map((answer) => answer.logged)),
      postgres: rows[0]!.version,
    };
  } finally {
    await Promise.all(children.map((child) => child.end()));
    await database.stop();
  }
}

/** A row of each hour's keys of the last week, as their runs would have left it. */
const WEEK_BEFORE = `
INSERT INTO task_lock (name, locked_until, started_at, finished_at, fence, token, locked_by, outcome)
SELECT format('keyed %s:%s hours before, of %s', task, hour, replica), at, at, at,
       (extract(epoch FROM at) * 1000)::bigint, gen_random_uuid(), 'the week before', 'succeeded'
FROM generate_series(0, $1::int - 1) AS task, generate_series(0, $2::int - 1) AS replica,
     generate_series(1, $3::int) AS hour,
     LATERAL (SELECT clock_timestamp() - hour * interval '1 hour') AS before (at)`;

function together(counts: readonly Record<string, number>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const each of counts)
    for (const [words, count] of Object.entries(each)) all[words] = (all[words] ?? 0) + count;
  return all;
}

function lineOf({ hour, relations, history, statements, cpu, runs }: WeekSample, held: string): string {
  const of = (name: string): string => {
    const found = relations.find((relation) => relation.name === name);
    return `${name} ${((found?.bytes ?? 0) / 1024).toFixed(0)} KiB ${found?.live} live ${found?.dead} dead`;
  };
  const { claim, release } = statements;
  return [
    `${hour.toFixed(1)} h`,
    of('task_lock'),
    of('task_lock_run'),
    `history ${history.rows}, most ${history.most} and ${history.mostOfKeyed}`,
    `claim ${claim.milliseconds.toFixed(2)} ms ${claim.pages.toFixed(0)} pages`,
    `release ${release.milliseconds.toFixed(2)} ms ${release.pages.toFixed(0)} pages`,
    `${runs} runs, CPU ${cpu.toFixed(1)} s, transaction ${held}`,
  ].join('; ');
}
