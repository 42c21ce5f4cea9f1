import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { answerCommands } from '../support/child.js';
import { openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';

export type SlowCommand =
  | { url: string; replicas: number; pool: pg.PoolConfig }
  /** The ticks of one task, with a pause before each. No tick is `0`. */
  | { ticks: number[]; pause: number };

export interface SlowAnswer {
  /** Of each tick, milliseconds from the call until the winner's method began. */
  startedAfter: number[];
  /** Milliseconds of CPU that all of it cost the process. */
  cpu: number;
  /** Connections of the pools when the ticks fired. */
  connections: number;
}

const replicas: BenchReplica[] = [];

/** Replicas whose tasks tick now and then, as in an application, and not in a hot loop. */
answerCommands<SlowCommand, SlowAnswer>(
  async (command) => {
    const answer: SlowAnswer = { startedAfter: [], cpu: 0, connections: 0 };
    if ('url' in command) {
      for (let nth = 0; nth < command.replicas; nth++)
        replicas.push(await openReplica(command.url, command.pool));
      return answer;
    }
    const before = process.cpuUsage();
    for (const tick of command.ticks) {
      await delay(command.pause);
      answer.connections = replicas.reduce((sum, { dataSource }) => sum + connectionsOf(dataSource), 0);
      if (tick > 0) answer.startedAfter.push(await startOf(new Date(tick)));
    }
    const { user, system } = process.cpuUsage(before);
    answer.cpu = (user + system) / 1_000;
    return answer;
  },
  async () => void (await Promise.all(replicas.map((replica) => replica.close()))),
);

async function startOf(scheduledTime: Date): Promise<number> {
  const called = performance.now();
  const started: number[] = [];
  const task = { name: 'slow', interval: '1m', scheduledTime };
  await Promise.all(
    replicas.map(({ service }) => service.run(task, () => void started.push(performance.now() - called))),
  );
  if (started.length !== 1) throw new Error(`a tick ran ${started.length} times`);
  return started[0]!;
}

function connectionsOf({ driver }: BenchReplica['dataSource']): number {
  return (driver as typeof driver & { master: pg.Pool }).master.totalCount;
}
