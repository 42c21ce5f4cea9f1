import { Redis } from 'ioredis';
import pg from 'pg';
import { answerTicks } from '../support/tick-protocol.js';
import type { OpenLock } from '../support/tick-protocol.js';
import { watchTraffic } from '../support/traffic.js';

// Some send a query while another is under way, of which pg warns.
process.noDeprecation = true;

/** Only the one that is asked for is loaded: some are large. */
const PEERS: Record<string, () => Promise<OpenLock>> = {
  'advisory-lock': async () => (await import('./advisory-lock.peer.js')).advisoryLockPeer,
  pg_try_advisory_xact_lock: async () => (await import('./advisory-xact-lock.peer.js')).advisoryXactLockPeer,
  'INSERT … ON CONFLICT': async () => (await import('./on-conflict.peer.js')).onConflictPeer,
  ShedLock: async () => (await import('./shedlock.peer.js')).shedlockPeer,
  '@nestjs/locks': async () => (await import('./nestjs-locks.peer.js')).nestjsLocksPeer,
  'graphile-worker': async () => (await import('./graphile-worker.peer.js')).graphileWorkerPeer,
  'pg-boss': async () => (await import('./pg-boss.peer.js')).pgBossPeer,
  DBOS: async () => (await import('./dbos.peer.js')).dbosPeer,
  'redlock, no fsync': async () => (await import('./redlock.peer.js')).redlockPeer(false),
  'redlock, appendfsync always': async () => (await import('./redlock.peer.js')).redlockPeer(true),
};

const postgres = watchTraffic(pg.Client, 'query');
const redis = watchTraffic(Redis, 'sendCommand');

/** A replica with one of the peers' locks. */
answerTicks(async (open, runTask) => (await PEERS[open.lock]!())(open, runTask), {
  queries: () => postgres.queries() + redis.queries(),
  connections: () => postgres.connections() + redis.connections(),
  forget: () => {
    postgres.forget();
    redis.forget();
  },
});
