import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { answerCommands } from '../support/child.js';
import { countCalls } from '../support/count-queries.js';
import { openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';

export type GrowthCommand =
  | { open: { url: string; replicas: number; lease?: number } }
  | { close: true }
  /** Each replica claims the tick of each task at once; all of them wait for `fireAt`, in epoch milliseconds. */
  | { claim: { tasks: number; tick: number; fireAt: number } }
  /** One run of so many milliseconds. */
  | { run: number };

export interface GrowthAnswer {
  /** Milliseconds after `fireAt` until the last claim had its answer. */
  answeredAfter: number;
  won: number;
  queries: number;
}

const now = (): number => performance.timeOrigin + performance.now();
const queriesSent = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
let replicas: BenchReplica[] = [];

answerCommands<GrowthCommand, GrowthAnswer>(async (command) => {
  const answer: GrowthAnswer = { answeredAfter: 0, won: 0, queries: 0 };
  if ('open' in command) {
    const { url, replicas: count, lease } = command.open;
    for (let index = 0; index < count; index++) replicas.push(await openReplica(url, 1, { lease }));
  } else if ('close' in command) {
    await closeAll();
  } else if ('run' in command) {
    const before = queriesSent();
    await replicas[0]!.service.run({ name: 'run length', maxHold: '1m' }, () => delay(command.run));
    answer.queries = queriesSent() - before;
  } else {
    const { tasks, tick, fireAt } = command.claim;
    await delay(fireAt - now());
    const before = queriesSent();
    let answeredAt = 0;
    const answered = (): void => void (answeredAt = now());
    const claim = async (replica: BenchReplica, name: string): Promise<void> => {
      const task = { name, interval: '1m', scheduledTime: new Date(tick) };
      const result = await replica.service.run(task, answered);
      if (result.status === 'executed') answer.won++;
      else answered();
    };
    const names = Array.from({ length: tasks }, (_, index) => `growth ${index}`);
    await Promise.all(replicas.flatMap((replica) => names.map((name) => claim(replica, name))));
    answer.answeredAfter = answeredAt - fireAt;
    answer.queries = queriesSent() - before;
  }
  return answer;
}, closeAll);

async function closeAll(): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.close()));
  replicas = [];
}
