import library from 'advisory-lock';
import type { OpenLock } from '../support/tick-protocol.js';

/** The package of that name: a session lock on a connection that each try opens anew. */
export const advisoryLockPeer: OpenLock = ({ postgres, task }, runTask) => {
  const mutex = library.default(postgres)(task);
  return {
    fire: async (tick) => {
      const unlock = await mutex.tryLock();
      if (!unlock) return;
      await runTask(tick);
      await unlock();
    },
    close: async () => {},
  };
};
