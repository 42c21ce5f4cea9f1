import { existsSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { mean, median, quantile } from 'simple-statistics';
import type { Effort } from '../effort.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { nextTick } from '../support/next-tick.js';
import { redisVersion, startRedis } from '../support/redis-server.js';
import type { RedisServer } from '../support/redis-server.js';
import type { OpenReplica, TickAnswer, TickCommand } from '../support/tick-protocol.js';

/** How one lock did in one setting. */
export interface PeerFinding {
  lock: string;
  version: string;
  replicas: number;
  /** Milliseconds that the task runs for, and over which the replicas' timers are spread. */
  body: number;
  skew: number;
  /** A tick that runs twice, or not at all, has not done the work. */
  runsPerTick: { mean: number; least: number; most: number };
  /** Milliseconds until a replica knew whether it runs. */
  p50: number;
  p99: number;
  queriesPerTick: number;
  /** Of Postgres; nothing for a lock that is not kept there. */
  walPerTick?: number;
}

const OURS = 'nestjs-task-lock';
const TICKS = 20;
const WARM_UP = 3;
/** For all replicas to have the command before the first timer fires. */
const HEAD_START = 40;
const PEERS = new URL('../../../bench/peers/', import.meta.url);

interface Lock {
  name: string;
  version: string;
  inRedis: boolean;
}

interface Contender extends Lock {
  replicas: Child<TickCommand, TickAnswer>[];
}

/** What people use otherwise, beside this package, tick by tick in turns. */
export async function measurePeers(database: BenchDatabase, effort: Effort): Promise<PeerFinding[]> {
  const redis = redisVersion();
  if (redis === undefined)
    console.warn('redis-server is not installed (apt-get install redis-server): its rows are left out');
  const servers = redis === undefined ? [] : await Promise.all([startRedis(false), startRedis(true)]);
  const client = await database.client();
  const findings: PeerFinding[] = [];
  try {
    for (const replicas of [2, 8]) {
      const contenders = await startAll(locks(redis), replicas, database.url, servers);
      try {
        await playTicks(contenders, { body: 0, skew: 0 }, WARM_UP, client);
        for (const body of [0, 50]) {
          for (const skew of [0, 500])
            findings.push(...(await playTicks(contenders, { body, skew }, effort.turns(TICKS), client)));
        }
      } finally {
        await Promise.all(contenders.flatMap((contender) => contender.replicas.map((child) => child.end())));
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return findings;
}

function locks(redis: string | undefined): Lock[] {
  const peer = (name: string, of: string): Lock => ({ name, version: versionOf(of), inRedis: false });
  const byHand = (name: string): Lock => ({ name, version: 'by hand', inRedis: false });
  const redlock = `${redis === undefined ? '' : versionOf('@sesamecare-oss/redlock')}, Redis ${redis}`;
  return [
    { name: OURS, version: ownVersion(), inRedis: false },
    peer('advisory-lock', 'advisory-lock'),
    byHand('pg_try_advisory_xact_lock'),
    byHand('INSERT … ON CONFLICT'),
    peer('graphile-worker cron', 'graphile-worker'),
    { name: 'redlock, no fsync', version: redlock, inRedis: true },
    { name: 'redlock, appendfsync always', version: redlock, inRedis: true },
  ].filter(({ inRedis }) => !inRedis || redis !== undefined);
}

async function startAll(
  chosen: Lock[],
  replicas: number,
  postgres: string,
  [inMemory, appendOnly]: RedisServer[],
): Promise<Contender[]> {
  const peer = new URL('build/peers/replica.js', PEERS);
  if (!existsSync(peer)) throw new Error('bench/peers is not built: start the bench by `npm run bench`');
  const redis = inMemory && appendOnly && { inMemory: inMemory.url, appendOnly: appendOnly.url };
  const contenders: Contender[] = [];
  for (const lock of chosen) {
    const children: Contender['replicas'] = [];
    for (let replica = 0; replica < replicas; replica++) {
      const child = startChild<TickCommand, TickAnswer>(lock.name === OURS ? 'ticking-replica' : peer);
      children.push(child);
      const open: OpenReplica = { lock: lock.name, postgres, redis };
      await child.ask({ open });
    }
    contenders.push({ ...lock, replicas: children });
  }
  return contenders;
}

async function playTicks(
  contenders: Contender[],
  setting: { body: number; skew: number },
  ticks: number,
  client: pg.Client,
): Promise<PeerFinding[]> {
  const played = new Map(
    contenders.map((contender) => [contender, { answers: [] as TickAnswer[][], wal: [] as number[] }]),
  );
  for (let nth = 0; nth < ticks; nth++) {
    const tick = nextTick();
    for (const [contender, seen] of played) {
      const before = await walPosition(client);
      seen.answers.push(await playTick(contender.replicas, tick, setting));
      seen.wal.push((await walPosition(client)) - before);
    }
  }
  return [...played].map(([{ name, version, inRedis, replicas }, { answers, wal }]) => {
    const runs = answers.map((tick) => tick.filter(({ ran }) => ran).length);
    const latencies = answers.flat().map(({ answeredAfter }) => answeredAfter);
    return {
      lock: name,
      version,
      replicas: replicas.length,
      ...setting,
      runsPerTick: { mean: mean(runs), least: Math.min(...runs), most: Math.max(...runs) },
      p50: median(latencies),
      p99: quantile(latencies, 0.99),
      queriesPerTick: mean(answers.map((tick) => tick.reduce((sum, { queries }) => sum + queries, 0))),
      walPerTick: inRedis ? undefined : median(wal),
    };
  });
}

async function playTick(
  replicas: Contender['replicas'],
  tick: number,
  { body, skew }: { body: number; skew: number },
): Promise<TickAnswer[]> {
  const barrier = performance.timeOrigin + performance.now() + HEAD_START;
  return Promise.all(
    replicas.map((replica, index) => {
      const fireAt = barrier + (skew * index) / (replicas.length - 1);
      return replica.ask({ tick, fireAt, body });
    }),
  );
}

async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes`,
  );
  return Number(rows[0]!.bytes);
}

function versionOf(name: string): string {
  return version(new URL(`node_modules/${name}/package.json`, PEERS));
}

function ownVersion(): string {
  return version(new URL('../../package.json', PEERS));
}

function version(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
