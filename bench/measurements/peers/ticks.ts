import type pg from 'pg';
import { mean, median, quantile } from 'simple-statistics';
import { nextTick } from '../../support/next-tick.js';
import { pause } from '../../support/pause.js';
import type { ReplicaAnswer, Run } from '../../support/tick-protocol.js';
import type { Contender } from './contenders.js';
import type { Lock } from './locks.js';

export interface Setting {
  replicas: number;
  /** Milliseconds that the task runs for, and over which the replicas' timers are spread. */
  body: number;
  skew: number;
}

/** How one lock did in one setting. */
export interface TicksFinding extends Setting {
  lock: string;
  version: string;
  /** A tick that runs twice, or not at all, has not done the work. */
  runsPerTick: { mean: number; least: number; most: number };
  /** Milliseconds until a replica knew whether it runs. */
  knows: Latency;
  /** Milliseconds from the first timer that fired to the start of the first run. */
  starts?: Latency;
  queriesPerTick: number;
  /** Of Postgres; nothing for a lock that is not kept there. */
  walPerTick?: number;
  /** Of one replica, at most. */
  connections: number;
  /** Of a lock that one replica keeps between ticks: what the others' way to know is like. */
  apart?: { owner: Side; others: Side };
}

export interface Latency {
  p50: number;
  p99: number;
}

interface Side {
  p50: number;
  queries: number;
}

/** What became of one tick of one lock. */
export interface Played {
  tick: number;
  knew: number[];
  ran: boolean[];
  queries: number[];
  connections: number;
  runs: number;
  startedAfter?: number;
  wal: number;
}

/** For all replicas to have the command before the first timer fires. */
export const HEAD_START = 30;
/** Far above what any queue needs by its defaults. */
const PATIENCE = 15_000;

/** Tick by tick in turns, A B C C B A …: what became of each tick of each. */
export async function playTicks(
  contenders: Contender[],
  setting: Setting,
  ticks: number,
  client: pg.Client,
): Promise<[Contender, Played[]][]> {
  const played = contenders.map((contender): [Contender, Played[]] => [contender, []]);
  for (let nth = 0; nth < ticks; nth++) {
    const tick = nextTick();
    const order = nth % 2 === 0 ? played : [...played].reverse();
    for (const [contender, seen] of order) seen.push(await playTick(contender, tick, setting, client));
  }
  await countLateRuns(played);
  return played;
}

/** A job that was added twice may run long after its tick. */
async function countLateRuns(played: [Contender, Played[]][]): Promise<void> {
  for (const [{ replicas }, seen] of played) {
    const answers = await Promise.all(replicas.map((replica) => replica.ask({ look: true })));
    for (const one of seen) one.runs = runsOf(answers, one.tick).length;
  }
}

function runsOf(answers: ReplicaAnswer[], tick: number): Run[] {
  return answers.flatMap(({ runs }) => runs.filter((run) => run.tick === tick));
}

async function playTick(
  contender: Contender,
  tick: number,
  { body, skew }: Omit<Setting, 'replicas'>,
  client: pg.Client,
): Promise<Played> {
  const { replicas } = contender;
  if (contender.minutePasses) await client.query(contender.minutePasses);
  const before = await Promise.all(replicas.map((replica) => replica.ask({ look: true })));
  const walBefore = await walPosition(client);
  const barrier = performance.timeOrigin + performance.now() + HEAD_START;
  const answers = await Promise.all(
    replicas.map((replica, index) =>
      replica.ask({ tick, fireAt: barrier + (skew * index) / (replicas.length - 1), body }),
    ),
  );
  const after = await settled(contender, tick);
  const starts = runsOf(after, tick).map(({ startedAt }) => startedAt);
  return {
    tick,
    knew: answers.map(({ fired }) => fired!.knewAfter),
    ran: after.map((answer) => runsOf([answer], tick).length > 0),
    queries: after.map(({ queries }, index) => queries - before[index]!.queries),
    connections: Math.max(...after.map(({ connections }) => connections)),
    runs: starts.length,
    startedAfter:
      starts.length === 0
        ? undefined
        : Math.min(...starts) - Math.min(...answers.map(({ fired }) => fired!.at)),
    wal: (await walPosition(client)) - walBefore,
  };
}

/** Once the tick has run to its end, where it is not over with the answers. */
export async function settled({ replicas, queues }: Contender, tick: number): Promise<ReplicaAnswer[]> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const answers = await Promise.all(replicas.map((replica) => replica.ask({ look: true })));
    const runs = runsOf(answers, tick);
    const over = runs.length > 0 && runs.every(({ ended }) => ended);
    if (!queues || over || performance.now() > until) return answers;
    await pause(20);
  }
}

export function findingOf(
  { name, version, inRedis, sticky }: Lock,
  setting: Setting,
  seen: Played[],
): TicksFinding {
  const runs = seen.map((tick) => tick.runs);
  const starts = seen.flatMap(({ startedAfter }) => startedAfter ?? []);
  const sides = (ran: boolean): Side => {
    const of = seen.flatMap((tick) =>
      tick.knew.flatMap((knew, index) =>
        tick.ran[index] === ran ? { knew, queries: tick.queries[index]! } : [],
      ),
    );
    return { p50: median(of.map(({ knew }) => knew)), queries: mean(of.map(({ queries }) => queries)) };
  };
  return {
    lock: name,
    version,
    ...setting,
    runsPerTick: { mean: mean(runs), least: Math.min(...runs), most: Math.max(...runs) },
    knows: latency(seen.flatMap(({ knew }) => knew)),
    starts: starts.length > 0 ? latency(starts) : undefined,
    queriesPerTick: mean(seen.map(({ queries }) => queries.reduce((sum, one) => sum + one, 0))),
    walPerTick: inRedis ? undefined : median(seen.map(({ wal }) => wal)),
    connections: Math.max(...seen.map(({ connections }) => connections)),
    apart: sticky && starts.length > 0 ? { owner: sides(true), others: sides(false) } : undefined,
  };
}

function latency(milliseconds: number[]): Latency {
  return { p50: median(milliseconds), p99: quantile(milliseconds, 0.99) };
}

async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes`,
  );
  return Number(rows[0]!.bytes);
}
