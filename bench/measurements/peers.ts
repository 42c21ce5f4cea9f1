import type { Effort } from '../effort.js';
import type { Finding } from '../goal.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { redisVersion, startRedis } from '../support/redis-server.js';
import { startAll } from './peers/contenders.js';
import { crash } from './peers/crash.js';
import type { CrashFinding } from './peers/crash.js';
import { compare, leads } from './peers/lead.js';
import type { LeadFinding, Ratios } from './peers/lead.js';
import { OURS, locks } from './peers/locks.js';
import { findingOf, playTicks } from './peers/ticks.js';
import type { TicksFinding } from './peers/ticks.js';

/** What the bench found of this package and what people use otherwise. */
export type PeerFinding =
  | ({ of: 'ticks' } & TicksFinding)
  | ({ of: 'crash' } & CrashFinding)
  | ({ of: 'lead' } & LeadFinding)
  | ({ of: 'goal' } & Finding);

/** Timers that are spread take half a second a tick. */
const TICKS = { atOnce: 20, spread: 6, ofQueues: 4 };
/** Postgres plans a named statement anew for its first five runs. */
const WARM_UP = { locks: 8, queues: 2 };

/**
 * What people use otherwise, beside this package, tick by tick in turns: first the locks, then the queues that poll,
 * which would disturb the others.
 */
export async function measurePeers(database: BenchDatabase, effort: Effort): Promise<PeerFinding[]> {
  const redis = redisVersion();
  if (redis === undefined)
    console.warn('redis-server is not installed (apt-get install redis-server): its rows are left out');
  const servers = redis === undefined ? [] : await Promise.all([startRedis(false), startRedis(true)]);
  const client = await database.client();
  const found: PeerFinding[] = [];
  const ratios = new Map<string, Ratios>();
  try {
    for (const polling of [false, true]) {
      for (const replicas of [2, 8]) {
        const chosen = locks(redis, polling);
        const contenders = await startAll(chosen, replicas, database.url, servers);
        try {
          const quick = contenders.filter(({ queues }) => !polling || !queues);
          const atOnce = { replicas, body: 0, skew: 0 };
          await playTicks(quick, atOnce, effort.turns(WARM_UP.locks), client);
          if (polling) await playTicks(contenders, atOnce, effort.turns(WARM_UP.queues), client);
          for (const { body, skew, ticks } of settings(polling)) {
            const setting = { replicas, body, skew };
            const played = await playTicks(contenders, setting, effort.turns(ticks), client);
            for (const [lock, seen] of played) {
              if (!polling || lock.name !== OURS)
                found.push({ of: 'ticks', ...findingOf(lock, setting, seen) });
            }
            compare(ratios, setting, played);
          }
          if (replicas === 2) {
            const others = contenders.filter(({ name }) => !polling || name !== OURS);
            const crashes = others.map((contender) => crash(contender, client, effort));
            for (const finding of await Promise.all(crashes)) found.push({ of: 'crash', ...finding });
          }
        } finally {
          await Promise.all(
            contenders.flatMap((contender) => contender.replicas.map((child) => child.end())),
          );
        }
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return [...found, ...leads([...ratios.values()])];
}

function settings(polling: boolean): { body: number; skew: number; ticks: number }[] {
  const [atOnce, spread] = polling ? [TICKS.ofQueues, TICKS.ofQueues] : [TICKS.atOnce, TICKS.spread];
  const all = [
    { body: 0, skew: 0, ticks: atOnce },
    { body: 0, skew: 500, ticks: spread },
    { body: 50, skew: 0, ticks: atOnce },
    { body: 50, skew: 500, ticks: spread },
  ];
  // Of a queue that polls, neither says more than its fellow does.
  return polling ? all.filter(({ body, skew }) => (body === 0) === (skew === 0)) : all;
}
