import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';
import type { Commit } from './evidence.js';
import { createFleetTables, query, readCommits } from './fleet-tables.js';
import { trueNow } from './true-clock.js';

/** The database of one run: a server of its own, at its default durability. */
export interface ChaosDatabase {
  url: string;
  isDown(): boolean;
  wasDownSince(at: number): boolean;
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  /** Ends the sessions of one replica; answers how many. */
  killBackends(replica: string): Promise<number>;
  /** What the transactional tasks have committed. */
  commits(): Promise<Commit[]>;
  stop(): Promise<void>;
}

export async function startChaosDatabase(): Promise<ChaosDatabase> {
  const server = await startEmbeddedPostgres({ track_commit_timestamp: 'on' });
  const { url } = server;
  let isDown = false;
  let upSince = -Infinity;
  try {
    await createFleetTables(url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url,
    isDown: () => isDown,
    wasDownSince: (at) => isDown || upSince >= at,
    restart: async (mode) => {
      isDown = true;
      await server.restart(mode);
      upSince = trueNow();
      isDown = false;
    },
    killBackends: async (replica) => {
      const text = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
      return (await query(url, text, [replica])).length;
    },
    commits: () => readCommits(url),
    stop: () => server.stop(),
  };
}
