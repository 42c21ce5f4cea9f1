import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { LockStoreUnavailableError, PostgresLockStore } from 'nestjs-task-lock/store';
import type { ClaimRequest, ReleaseRequest, WonAnswer } from 'nestjs-task-lock/store';
import { answerCommands } from '../support/child.js';
import { countCalls } from '../support/count-queries.js';

export type ScaleCommand =
  | { open: { url: string; first: number; replicas: number; pool: pg.PoolConfig; prepared: boolean } }
  /** Each replica claims so many tasks: all of them at `fireAt`, or spread over so many milliseconds from then on. */
  | { tasks: number; tick: number; fireAt: number; over: number };

export interface ScaleAnswer {
  /** Of each won tick: which task, and by how many milliseconds its start was late. */
  won: [task: number, late: number][];
  /** Of each replica and task, milliseconds until the replica knew whether it runs; of all, some hundred quantiles. */
  knew: number[];
  /** Milliseconds until the last replica knew. */
  last: number;
  statements: number;
  /** Milliseconds by which the timers of this process fired late: it shares the cores. */
  timers: number;
  /** Claims that had no answer in the time that they have by default: those ticks are skipped here. */
  unavailable: number;
  /** What statements failed of, and how often. */
  errors: Record<string, number>;
  /** Milliseconds of CPU. */
  cpu: number;
}

interface Replica {
  id: string;
  dataSource: DataSource;
  store: PostgresLockStore;
}

const MINUTE = 60_000;
/** Timers of machines whose clocks are synchronised fire so many milliseconds apart. */
const JITTER = 10;
/** What a lock by default says to a busy row: see `retryDelay`. */
const FIRST_RETRY = 4;
const LONGEST_RETRY = 250;
const QUANTILES = 1_000;
/** The default of the module's options. */
const CLAIM_TIMEOUT = 5_000;

const now = (): number => performance.timeOrigin + performance.now();
const statements = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
const replicas: Replica[] = [];

/** Many replicas in one process: of each what it sends, in the batches in which it sends it, and nothing else of it. */
answerCommands<ScaleCommand, ScaleAnswer>(
  async (command) => {
    if ('open' in command) {
      const { url, first, replicas: count, pool, prepared } = command.open;
      for (let nth = 0; nth < count; nth++) {
        const dataSource = await new DataSource({ type: 'postgres', url, extra: pool }).initialize();
        const store = new PostgresLockStore(() => dataSource, { preparedStatements: prepared });
        await store.operator.prepare();
        replicas.push({ id: `replica ${first + nth}`, dataSource, store });
      }
      return { won: [], knew: [], last: 0, statements: 0, timers: 0, unavailable: 0, errors: {}, cpu: 0 };
    }
    return play(command);
  },
  async () => {
    for (const { dataSource } of replicas) await dataSource.destroy();
  },
);

async function play({
  tasks,
  tick,
  fireAt,
  over,
}: Extract<ScaleCommand, { tick: number }>): Promise<ScaleAnswer> {
  const won: [number, number][] = [];
  const knew: number[] = [];
  const underWay: Promise<unknown>[] = [];
  const errors: Record<string, number> = {};
  let [timers, unavailable] = [0, 0];
  const before = statements();
  let cpu = process.cpuUsage();

  const claim = async (replica: Replica, numbers: readonly number[], dueAt: number): Promise<void> => {
    let asked = numbers.map((task) => claimOf(replica.id, task, tick));
    const deadline = now() + CLAIM_TIMEOUT;
    let isUncertain = false;
    for (let attempt = 0; asked.length > 0 && now() < deadline; attempt++) {
      try {
        const answers = await replica.store.claim(asked);
        if (now() >= deadline) {
          isUncertain = true;
          break;
        }
        const known = now() - dueAt;
        const wins: ReleaseRequest[] = [];
        const busy: ClaimRequest[] = [];
        for (const [nth, request] of asked.entries()) {
          const answer = answers[nth]!;
          if (answer.status === 'busy' || answer.status === 'early') busy.push(request);
          else knew.push(known);
          if (answer.status !== 'won') continue;
          won.push([taskOf(request), known]);
          wins.push(releaseOf(request, answer));
        }
        underWay.push(release(replica, wins));
        asked = busy;
      } catch (error) {
        if (!(error instanceof LockStoreUnavailableError)) throw error;
        isUncertain ||= error.sent;
        tell(error);
      }
      const pause = Math.min(FIRST_RETRY * 2 ** attempt, LONGEST_RETRY) * (0.5 + Math.random() / 2);
      if (asked.length > 0) await delay(pause);
    }
    unavailable += asked.length;
    // What was given up may have won, and is returned.
    if (isUncertain) underWay.push(release(replica, asked.map(returnOf)));
  };
  const tell = ({ message }: Error): void => void (errors[message] = (errors[message] ?? 0) + 1);

  const fire = async (replica: Replica): Promise<void> => {
    const jitter = Math.random() * JITTER;
    if (over === 0) {
      await delay(fireAt + jitter - now());
      timers = Math.max(timers, now() - fireAt);
      // The first timer's claim goes at once; while it is under way, the others gather.
      underWay.push(claim(replica, [0], fireAt));
      await new Promise((resolve) => setImmediate(resolve));
      if (tasks > 1) underWay.push(claim(replica, range(1, tasks), fireAt));
      return;
    }
    for (let task = 0; task < tasks; task++) {
      const dueAt = fireAt + (task * over) / tasks;
      if (dueAt + jitter > now()) await delay(dueAt + jitter - now());
      timers = Math.max(timers, now() - dueAt);
      underWay.push(claim(replica, [task], dueAt));
    }
  };
  await Promise.all(replicas.map(fire));
  // A claim adds its release while it is awaited.
  for (let nth = 0; nth < underWay.length; nth++) await underWay[nth];
  cpu = process.cpuUsage(cpu);
  knew.sort((one, other) => one - other);
  return {
    won,
    knew: range(0, QUANTILES + 1).map((nth) => knew[Math.round((nth * (knew.length - 1)) / QUANTILES)] ?? 0),
    last: knew.at(-1) ?? 0,
    statements: statements() - before,
    timers,
    unavailable,
    errors,
    cpu: (cpu.user + cpu.system) / 1_000,
  };
}

/** The first one goes at once, and the others together. */
async function release({ store }: Replica, wins: readonly ReleaseRequest[]): Promise<void> {
  const parts = [wins.slice(0, 1), wins.slice(1)].filter((part) => part.length > 0);
  await Promise.all(
    parts.map(async (part) => {
      // A row that a claim looks at in that moment is busy.
      for (let left = part; left.length > 0;) {
        try {
          const answers = await store.release(left);
          left = left.filter((_, nth) => answers[nth]?.status === 'busy');
        } catch (error) {
          if (!(error instanceof LockStoreUnavailableError)) throw error;
        }
        if (left.length > 0) await delay(FIRST_RETRY);
      }
    }),
  );
}

function claimOf(replica: string, task: number, tick: number): ClaimRequest {
  const name = `task ${task}`;
  return {
    name,
    task: name,
    trigger: 'tick',
    token: randomUUID(),
    replica,
    tick: { kind: 'scheduled', scheduledTime: new Date(tick) },
    recover: false,
    minHold: 0.9 * MINUTE,
    lease: 0.9 * MINUTE,
    tolerance: 1_000,
  };
}

function taskOf({ name }: ClaimRequest): number {
  return Number(name.slice('task '.length));
}

function releaseOf(
  { name, task, token, replica, minHold }: ClaimRequest,
  { fence, startedAt, scheduledTime, lastTick }: WonAnswer,
): ReleaseRequest {
  const nextDue = new Date((scheduledTime ?? startedAt).getTime() + MINUTE);
  return {
    name,
    token,
    tick: 'scheduled',
    minHold,
    stepBack: minHold,
    outcome: 'succeeded',
    durable: false,
    run: {
      name,
      task,
      fence,
      trigger: 'tick',
      replica,
      startedAt,
      tick: scheduledTime,
      previousTick: lastTick,
      nextDue,
    },
  };
}

/** A claim that nobody runs. */
function returnOf({ name, token, minHold }: ClaimRequest): ReleaseRequest {
  return {
    name,
    token,
    tick: 'scheduled',
    minHold,
    stepBack: minHold,
    outcome: 'returned',
    durable: false,
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, nth) => from + nth);
}
