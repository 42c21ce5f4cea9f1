/** What the bench asks of a replica. */
export type TickCommand =
  | { open: OpenReplica }
  | {
      /** Epoch milliseconds of the tick. */
      tick: number;
      /** Epoch milliseconds at which this replica's timer fires. */
      fireAt: number;
      /** How long the task's body takes, in milliseconds. */
      body: number;
    };

export interface OpenReplica {
  /** Which lock it uses. */
  lock: string;
  postgres: string;
  /** Of the Redis server that writes nothing to disk, and of the one that flushes each write. */
  redis?: { inMemory: string; appendOnly: string };
}

export interface TickAnswer {
  /** Whether this replica ran the task. */
  ran: boolean;
  /** Milliseconds until the body began, or until the replica knew that it should not. */
  answeredAfter: number;
  /** Statements or commands that it sent for this tick. */
  queries: number;
}

/** A replica's lock. */
export interface TickLock {
  /** Claims the tick, and runs the body if it is won. */
  run(tick: Date, body: () => Promise<void>): Promise<unknown>;
  /** Statements or commands sent so far. */
  queriesSent(): number;
}

/** Plays one tick of a replica. */
export async function playTick(
  command: { tick: number; fireAt: number; body: number },
  lock: TickLock,
): Promise<TickAnswer> {
  await after(command.fireAt - (performance.timeOrigin + performance.now()));
  const start = performance.now();
  const before = lock.queriesSent();
  let ran = false;
  let answeredAfter: number | undefined;
  await lock.run(new Date(command.tick), async () => {
    answeredAfter = performance.now() - start;
    ran = true;
    await after(command.body);
  });
  answeredAfter ??= performance.now() - start;
  return { ran, answeredAfter, queries: lock.queriesSent() - before };
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
