import { randomUUID } from 'node:crypto';
import { median } from 'simple-statistics';
import { claimStatement } from '../../src/store/postgres/claim.sql.js';
import { releaseStatement } from '../../src/store/postgres/release.sql.js';
import { queryOf } from '../../src/store/postgres/statement.js';
import type { ClaimRequest, ReleaseRequest } from '../../src/store/lock-store.js';
import type { EventsAnswer, EventsCommand } from '../children/events.js';
import type { Effort } from '../effort.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import { interleaved, timed } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';
import { times } from '../support/in-order.js';
import { openReplica } from '../support/open-replica.js';

const RUNS_A_TURN = 20;
const TURNS = 60;
const HOUR = 3_600_000;

/** What it costs that operators can see and steer: each statement beside its twin without the tables of operating. */
export async function measureOperate(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  return [
    await measureRun(database, effort),
    ...(await measureStatements(database, effort)),
    ...(await measureEvents(effort)),
  ];
}

async function measureRun({ url }: BenchDatabase, effort: Effort): Promise<Finding> {
  const recording = await openReplica(url, 1);
  const plain = await openReplica(url, 1, { history: false });
  const runs = (replica: typeof plain) => timed(() => times(RUNS_A_TURN, () => replica.callDecorated()));
  try {
    return ratioFinding(
      'claim + empty run + release of a decorated method ÷ the same with `history: false`',
      undefined,
      await interleaved(
        effort.turns(TURNS),
        () => runs(recording),
        () => runs(plain),
      ),
      [`${RUNS_A_TURN} runs`, 'without'],
    );
  } finally {
    await recording.close();
    await plain.close();
  }
}

/** Both texts of a statement, sent by the bare driver: the rest of a claim and of a release is the same. */
async function measureStatements(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const client = await database.client();
  const claims = {
    checked: claimStatement('task_lock', 'task_lock_control'),
    twin: claimStatement('task_lock'),
  };
  const releases = {
    recorded: releaseStatement('task_lock', 'task_lock_run'),
    twin: releaseStatement('task_lock'),
  };
  const send = async (query: ReturnType<typeof queryOf>): Promise<Record<string, unknown>> =>
    (await client.query<Record<string, unknown>>(query)).rows[0]!;
  const claim = async (which: keyof typeof claims, wanted: string, request: Partial<ClaimRequest>) => {
    const asked = { ...CLAIM, token: randomUUID(), ...request };
    const { answer } = await send(queryOf(claims[which], [asked]));
    if (answer !== wanted) throw new Error(`a claim was answered ${String(answer)}, not ${wanted}`);
    return asked.token;
  };
  const release = async (which: keyof typeof releases, token: string, durable: boolean) => {
    const run = { ...RUN, fence: nextFence++, startedAt: new Date() };
    const { answer } = await send(queryOf(releases[which], [{ ...RELEASE, token, durable, run }]));
    if (answer !== 'released') throw new Error(`a release was answered ${String(answer)}`);
  };
  let nextFence = 1n;
  await client.query(
    `INSERT INTO task_lock (name) VALUES ('operate'), ('operate, held') ON CONFLICT DO NOTHING`,
  );
  // Paused tasks and recorded runs of others, as an application has them.
  await client.query(FILLED);

  const won = (which: keyof typeof claims) => () =>
    timed(() => times(RUNS_A_TURN, () => claim(which, 'won', { lease: 0 })));
  await claim('twin', 'won', { name: 'operate, held', lease: HOUR });
  const lost = (which: keyof typeof claims) => () =>
    timed(() => times(RUNS_A_TURN, () => claim(which, 'running', { name: 'operate, held' })));
  const released = (which: keyof typeof releases, durable: boolean) => async () => {
    let milliseconds = 0;
    await times(RUNS_A_TURN, async () => {
      const token = await claim('twin', 'won', { lease: HOUR });
      milliseconds += await timed(() => release(which, token, durable));
    });
    return milliseconds;
  };
  const compare = async (
    what: string,
    one: () => Promise<number>,
    twin: () => Promise<number>,
    noun: string,
  ) =>
    ratioFinding(what, undefined, await interleaved(effort.turns(TURNS), one, twin), [
      `${RUNS_A_TURN} ${noun}`,
      'without',
    ]);
  const walOf = async (which: keyof typeof releases): Promise<number> => {
    const written: number[] = [];
    await times(effort.turns(TURNS), async () => {
      const token = await claim('twin', 'won', { lease: HOUR });
      const { lsn } = await send({ text: 'SELECT pg_current_wal_insert_lsn() AS lsn' });
      await release(which, token, true);
      const bytes = 'SELECT pg_current_wal_insert_lsn() - $1::pg_lsn AS bytes';
      written.push(Number((await send({ text: bytes, values: [lsn] }))['bytes']));
    });
    return median(written);
  };
  const updates = async (): Promise<{ all: number; hot: number }> => {
    await client.query('SELECT pg_stat_force_next_flush()');
    const { all, hot } = await send({ text: UPDATES });
    return { all: Number(all), hot: Number(hot) };
  };

  const before = await updates();
  const findings = [
    await compare(
      'a won claim ÷ its twin without the look for pauses',
      won('checked'),
      won('twin'),
      'claims',
    ),
    await compare(
      'a lost claim ÷ its twin without the look for pauses',
      lost('checked'),
      lost('twin'),
      'claims',
    ),
    await compare(
      'a release ÷ its twin without the history',
      released('recorded', false),
      released('twin', false),
      'releases',
    ),
    await compare(
      'a durable release, of a task with `recover` ÷ its twin without the history',
      released('recorded', true),
      released('twin', true),
      'releases',
    ),
  ];
  const after = await updates();
  const [withHistory, without] = [await walOf('recorded'), await walOf('twin')];
  return [
    ...findings,
    {
      what: 'WAL of a release, more than without the history',
      figure: withHistory - without,
      unit: 'bytes',
      context: `with ${withHistory} bytes, without ${without} bytes; an insert into task_lock_run and its two indexes`,
    },
    {
      what: 'updates of lock rows by these claims and releases that were not heap-only',
      goal: 0,
      figure: after.all - before.all - (after.hot - before.hot),
      unit: 'updates',
      context: `${after.hot - before.hot} of ${after.all - before.all} were`,
    },
  ];
}

const CLAIM: Omit<ClaimRequest, 'token'> = {
  name: 'operate',
  task: 'operate',
  trigger: 'call',
  replica: 'bench:1:abcdef',
  tick: { kind: 'call' },
  recover: false,
  minHold: 0,
  lease: 60_000,
  tolerance: 50,
};

const RELEASE: Omit<ReleaseRequest, 'token' | 'durable' | 'run'> = {
  name: 'operate',
  tick: 'call',
  minHold: 0,
  stepBack: 0,
  outcome: 'succeeded',
};

const RUN = {
  name: 'operate',
  task: 'operate',
  trigger: 'tick',
  replica: 'bench:1:abcdef',
  tick: new Date(0),
  previousTick: new Date(0),
  nextDue: new Date(0),
} as const;

const FILLED = `
INSERT INTO task_lock_control (name, paused_at, paused_until, paused_by)
SELECT 'paused ' || nth, clock_timestamp(), 'infinity', 'bench' FROM generate_series(1, 2) AS nth
ON CONFLICT DO NOTHING;
INSERT INTO task_lock_run (name, fence, task, trigger, replica, started_at, finished_at, outcome)
SELECT 'other ' || nth % 100, nth, 'other ' || nth % 100, 'tick', 'bench', clock_timestamp(), clock_timestamp(), 'succeeded'
FROM generate_series(1, 10000) AS nth ON CONFLICT DO NOTHING;
ANALYZE task_lock_control, task_lock_run`;

const UPDATES = `
SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'task_lock'`;

const CALLS = 2_000;
const EVENT_TURNS = 30;

/** Runs with the in-memory store: the code that publishes, and nothing that a database does. */
async function measureEvents(effort: Effort): Promise<Finding[]> {
  const child = startChild<EventsCommand, EventsAnswer>('events');
  const turn = (events: EventsCommand['events']) => () => child.ask({ events, calls: CALLS });
  const compare = async (
    what: string,
    one: () => Promise<EventsAnswer>,
    other: () => Promise<EventsAnswer>,
  ) => {
    const findings: Finding[] = [];
    for (const of of ['cpu', 'time'] as const)
      findings.push(
        ratioFinding(
          `${of === 'cpu' ? 'CPU' : 'time'} of ${what}`,
          undefined,
          await interleaved(
            effort.turns(EVENT_TURNS),
            async () => (await one())[of],
            async () => (await other())[of],
          ),
          [`${CALLS} runs`, 'beside it'],
        ),
      );
    return findings;
  };
  try {
    return [
      ...(await compare(
        'a run without listeners ÷ one that never asks for any',
        turn('unheard'),
        turn('never'),
      )),
      ...(await compare('a run with one subscriber ÷ one without listeners', turn('heard'), turn('unheard'))),
    ];
  } finally {
    await child.end();
  }
}
