import library from 'advisory-lock';
import pg from 'pg';
import { countCalls } from '../support/count-queries.js';
import { TASK } from './peer.js';
import type { Peer } from './peer.js';

/** The package of that name: a session lock on a connection that each try opens anew. */
export function advisoryLockPeer(postgres: string): Peer {
  const queriesSent = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
  const mutex = library.default(postgres)(TASK);
  return {
    queriesSent,
    run: async (_tick, body) => {
      const unlock = await mutex.tryLock();
      if (!unlock) return;
      await body();
      await unlock();
    },
    close: async () => {},
  };
}
