import { setTimeout as delay } from 'node:timers/promises';
import { answerCommands } from '../support/child.js';
import { openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';

export type LoadCommand =
  | { url: string; replicas: number }
  /** Each task of each replica ticks once a second from `fireAt` on, in epoch milliseconds. */
  | {
      load: {
        prefix: string;
        tasks: number;
        seconds: number;
        spread: boolean;
        firstTick: number;
        fireAt: number;
      };
    };

export interface LoadAnswer {
  /** Ticks that this process won. */
  started: number;
  /** Milliseconds by which the latest of them started after its timer should have fired. */
  latest: number;
}

const POOL = { max: 1, application_name: 'load', idleTimeoutMillis: 0 };
const now = (): number => performance.timeOrigin + performance.now();
let replicas: BenchReplica[] = [];

/** Several whole applications in one process, which say nothing: some loads are too much, and each claim would say so. */
answerCommands<LoadCommand, LoadAnswer>(async (command) => {
  if ('url' in command) {
    await closeAll();
    for (let nth = 0; nth < command.replicas; nth++)
      replicas.push(await openReplica(command.url, POOL, {}, false));
    return { started: 0, latest: 0 };
  }
  const { prefix, tasks, seconds, spread, firstTick, fireAt } = command.load;
  const answer: LoadAnswer = { started: 0, latest: 0 };
  const ended: Promise<unknown>[] = [];
  const fire = (task: number, tick: number, dueAt: number): void => {
    const scheduledTime = new Date(tick);
    const body = (): void => {
      answer.started++;
      answer.latest = Math.max(answer.latest, now() - dueAt);
    };
    for (const { service } of replicas)
      ended.push(service.run({ name: `${prefix} ${task}`, interval: '1s', scheduledTime }, body));
  };
  for (let second = 0; second < seconds; second++) {
    for (let task = 0; task < tasks; task++) {
      const dueAt = fireAt + 1_000 * (second + (spread ? task / tasks : 0));
      if (dueAt > now()) await delay(dueAt - now());
      fire(task, firstTick + 1_000 * second, dueAt);
    }
  }
  await Promise.allSettled(ended);
  return answer;
}, closeAll);

async function closeAll(): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.close()));
  replicas = [];
}
