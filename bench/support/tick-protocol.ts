import { answerCommands } from './child.js';
import { pause } from './pause.js';

/** What the bench asks of a replica. */
export type TickCommand = { open: OpenReplica } | TickToPlay | { look: true };

export interface OpenReplica {
  /** Which lock it uses. */
  lock: string;
  /** The name that all replicas contend for. */
  task: string;
  postgres: string;
  /** Of the Redis server that writes nothing to disk, and of the one that flushes each write. */
  redis?: { inMemory: string; appendOnly: string };
  /** The task's interval in milliseconds. */
  interval: number;
  /** How much faster than in real life a schedule is played: leases are divided by it. */
  speed: number;
}

export interface TickToPlay {
  /** Epoch milliseconds of the tick. */
  tick: number;
  /** Epoch milliseconds at which this replica's timer fires. */
  fireAt: number;
  /** How long the task's body takes, in milliseconds. */
  body: number;
  /** Whether the process that runs the task is killed in the middle. */
  dies?: boolean;
}

/** Epoch milliseconds, as fine as the clock of a process. */
export interface Run {
  tick: number;
  startedAt: number;
  ended: boolean;
}

export interface ReplicaAnswer {
  /** When the timer fired, and how many milliseconds later the replica knew whether it runs; after a tick only. */
  fired?: { at: number; knewAfter: number };
  /** All runs of this replica. A job queue may start one long after its tick was answered. */
  runs: Run[];
  /** Statements and commands sent so far. */
  queries: number;
  /** Connections that were open at once, at most, since the last tick began. */
  connections: number;
}

/** A replica's lock. */
export interface TickLock {
  /** Claims the tick, and runs the task if it is won. A job queue only adds the job. */
  fire(tick: Date): Promise<unknown>;
  close(): Promise<void>;
}

export type OpenLock = (
  open: OpenReplica,
  runTask: (tick: Date) => Promise<void>,
) => TickLock | Promise<TickLock>;

export interface Traffic {
  queries(): number;
  connections(): number;
  /** Starts counting anew how many connections are open at once. */
  forget(): void;
}

/** In the replica: plays the ticks that the bench asks for. */
export function answerTicks(openLock: OpenLock, traffic: Traffic): void {
  const runs: Run[] = [];
  let playing: TickToPlay | undefined;
  let lock: TickLock | undefined;

  const runTask = async (tick: Date): Promise<void> => {
    const run: Run = { tick: tick.getTime(), startedAt: now(), ended: false };
    runs.push(run);
    const { body = 0, dies } = playing?.tick === run.tick ? playing : {};
    if (dies) setTimeout(() => process.kill(process.pid, 'SIGKILL'), body / 2);
    await pause(body);
    run.ended = true;
  };

  const fire = async (command: TickToPlay, by: TickLock): Promise<ReplicaAnswer['fired']> => {
    // Before the timer fires: another replica's job may reach this one earlier.
    playing = command;
    traffic.forget();
    await pause(command.fireAt - now());
    const at = now();
    await by.fire(new Date(command.tick));
    const answered = now();
    const own = runs.find(({ tick, startedAt }) => tick === command.tick && startedAt >= at);
    return { at, knewAfter: Math.min(answered, own?.startedAt ?? answered) - at };
  };

  answerCommands<TickCommand, ReplicaAnswer>(
    async (command) => {
      let fired: ReplicaAnswer['fired'];
      if ('open' in command) {
        await lock?.close();
        lock = await openLock(command.open, runTask);
      } else if ('tick' in command) {
        fired = await fire(command, lock!);
      }
      return { fired, runs, queries: traffic.queries(), connections: traffic.connections() };
    },
    async () => lock?.close(),
  );
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
