import { Redlock } from '@sesamecare-oss/redlock';
import { Redis } from 'ioredis';
import type { OpenLock } from '../support/tick-protocol.js';

/** What the examples of its README ask for. */
const DURATION = 5_000;

/** A key with an expiry in one Redis, taken once and freed after the run. */
export function redlockPeer(durable: boolean): OpenLock {
  return ({ redis, task, speed }, runTask) => {
    const client = new Redis(durable ? redis!.appendOnly : redis!.inMemory);
    const redlock = new Redlock([client], { retryCount: 0 });
    return {
      fire: async (tick) => {
        const lock = await redlock.acquire([task], DURATION / speed).catch(() => undefined);
        if (!lock) return;
        await runTask(tick);
        // A lock whose time was over before the run is released by nobody.
        await lock.release().catch(() => undefined);
      },
      close: async () => {
        await client.quit();
      },
    };
  };
}
