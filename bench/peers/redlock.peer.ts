import { Redlock } from '@sesamecare-oss/redlock';
import { Redis } from 'ioredis';
import { countCalls } from '../support/count-queries.js';
import { TASK } from './peer.js';
import type { Peer } from './peer.js';

const HOLD = 60_000;

/** A key with an expiry in one Redis, taken once and freed after the run. */
export function redlockPeer(redis: string): Peer {
  const queriesSent = countCalls(Redis.prototype as unknown as Record<'sendCommand', unknown>, 'sendCommand');
  const client = new Redis(redis);
  const redlock = new Redlock([client], { retryCount: 0 });
  return {
    queriesSent,
    run: async (_tick, body) => {
      const lock = await redlock.acquire([TASK], HOLD).catch(() => undefined);
      if (!lock) return;
      await body();
      await lock.release();
    },
    close: async () => {
      await client.quit();
    },
  };
}
