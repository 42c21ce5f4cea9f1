import { startChild } from '../../support/child.js';
import type { Child } from '../../support/child.js';
import type { RedisServer } from '../../support/redis-server.js';
import type { OpenReplica, ReplicaAnswer, TickCommand } from '../../support/tick-protocol.js';
import { OURS, PEERS } from './locks.js';
import type { Lock } from './locks.js';

export type Replica = Child<TickCommand, ReplicaAnswer>;

export interface Contender extends Lock {
  replicas: Replica[];
  /** What to tell its replicas, for a schedule. */
  open(schedule: Pick<OpenReplica, 'task' | 'interval' | 'speed'>): OpenReplica;
}

/** So many replicas of each, a process each. */
export async function startAll(
  chosen: Lock[],
  replicas: number,
  postgres: string,
  [inMemory, appendOnly]: RedisServer[],
): Promise<Contender[]> {
  const peer = new URL('build/peers/replica.js', PEERS);
  const redis = inMemory && appendOnly && { inMemory: inMemory.url, appendOnly: appendOnly.url };
  const contenders: Contender[] = [];
  for (const lock of chosen) {
    const contender: Contender = {
      ...lock,
      replicas: Array.from({ length: replicas }, () =>
        lock.name === OURS ? startChild('ticking-replica') : startChild(peer),
      ),
      open: (schedule) => ({ lock: lock.name, postgres, redis, ...schedule }),
    };
    contenders.push(contender);
    const open = contender.open({ task: 'beside its peers', interval: 60_000, speed: 1 });
    // The first makes the tables.
    const [first, ...others] = contender.replicas;
    await first!.ask({ open });
    await Promise.all(others.map((replica) => replica.ask({ open })));
  }
  return contenders;
}
