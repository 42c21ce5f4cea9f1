import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startChaosDatabase } from './chaos-database.js';
import type { ChaosDatabase } from './chaos-database.js';
import { Crew } from './crew.js';
import type { Evidence, Fault } from './evidence.js';
import { planFor } from './plan.js';
import type { DatabaseFault, PlannedFault, ReplicaFault } from './plan.js';
import { TASKS } from './tasks.js';
import { trueNow } from './true-clock.js';

const START_PATIENCE = 180_000;

export interface ChaosOptions {
  seed: number;
  seconds: number;
  signal: AbortSignal;
  print: (line: string) => void;
}

export interface ChaosRun {
  evidence: Evidence;
  /** Where the replicas wrote. */
  journalFolder: string;
  removeJournals: () => Promise<void>;
}

/** Lets ten replicas run, does to them what the seed says, and answers what was done and what they wrote down. */
export async function runChaos(options: ChaosOptions): Promise<ChaosRun> {
  const database = await startChaosDatabase();
  try {
    return await withDatabase(database, options);
  } finally {
    await database.stop();
  }
}

async function withDatabase(
  database: ChaosDatabase,
  { seed, seconds, signal, print }: ChaosOptions,
): Promise<ChaosRun> {
  const plan = planFor(seed, seconds * 1_000);
  const crew = new Crew([database.url], plan.clocks, (at) => database.wasDownSince(at));
  const faults: Fault[] = [];
  const record = async (fault: Omit<Fault, 'from' | 'to'>, work: () => Promise<unknown>): Promise<void> => {
    const from = trueNow();
    print(`${new Date(from).toISOString().slice(11, 23)}  ${describe(fault)}`);
    // Before it is over: what the replicas write meanwhile is judged by it, also where the work fails.
    const recorded: Fault = { ...fault, from, to: Infinity };
    faults.push(recorded);
    await work();
    recorded.to = trueNow();
  };
  try {
    await withinPatience(crew.startAll(), signal);
    const from = trueNow();
    print(`all ${plan.clocks.length} replicas are up`);
    const failed = new AbortController();
    const over = AbortSignal.any([signal, failed.signal]);
    // Each fault of the plan waits for its time with one.
    setMaxListeners(0, over);
    await Promise.all([
      delay(seconds * 1_000, undefined, { signal: over }),
      ...plan.faults.map(async (fault) => {
        await delay(fault.at, undefined, { signal: over });
        await inflict(fault, crew, database, record);
      }),
    ]).catch((error: unknown) => {
      failed.abort();
      throw error;
    });
    const to = trueNow();
    for (let slot = 0; slot < plan.clocks.length; slot++) {
      const replica = crew.memberAt(slot)?.name;
      if (replica) faults.push({ kind: 'term', replica, from: to, to: Infinity, detail: 'the end' });
    }
    await crew.end();
    const evidence = {
      tasks: TASKS,
      lines: crew.journal(),
      commits: await database.commits(),
      faults: faults.sort((one, other) => one.from - other.from),
      troubles: crew.troubles,
      from,
      to,
    };
    return { evidence, journalFolder: crew.journalFolder, removeJournals: () => crew.removeJournals() };
  } catch (error) {
    await crew.end();
    await crew.removeJournals();
    throw error;
  }
}

type Record = (fault: Omit<Fault, 'from' | 'to'>, work: () => Promise<unknown>) => Promise<void>;

function inflict(fault: PlannedFault, crew: Crew, database: ChaosDatabase, record: Record): Promise<void> {
  return fault.kind === 'restart'
    ? onDatabase(fault, database, record)
    : onReplica(fault, crew, database, record);
}

async function onDatabase(
  { kind, mode }: DatabaseFault,
  database: ChaosDatabase,
  record: Record,
): Promise<void> {
  await record({ kind, detail: mode }, () => database.restart(mode));
}

/** A replica that is down or stopped just now is left in peace. */
async function onReplica(
  fault: ReplicaFault,
  crew: Crew,
  database: ChaosDatabase,
  record: Record,
): Promise<void> {
  const { kind, slot } = fault;
  const replica = crew.memberAt(slot)?.name;
  if (replica === undefined) return;
  switch (fault.kind) {
    case 'kill':
      await record({ kind, replica }, () => crew.kill(slot));
      await delay(fault.restartAfter);
      return crew.start(slot);
    case 'term':
      await record({ kind, replica }, () => crew.terminate(slot));
      await delay(fault.restartAfter);
      return crew.start(slot);
    case 'stop':
      return record({ kind, replica, detail: `${(fault.lasts / 1_000).toFixed(1)} s` }, () =>
        crew.stopFor(slot, fault.lasts),
      );
    case 'clock':
      return record({ kind, replica, detail: `${fault.ahead / 1_000} s ahead` }, () =>
        crew.moveClock(slot, fault.ahead),
      );
    case 'backends':
      if (database.isDown()) return;
      return record({ kind, replica }, () => database.killBackends(replica));
  }
}

function describe({ kind, replica, detail }: Omit<Fault, 'from' | 'to'>): string {
  return [kind, replica, detail && `(${detail})`].filter(Boolean).join(' ');
}

async function withinPatience(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const late = delay(START_PATIENCE, undefined, { signal: AbortSignal.any([signal, done.signal]) }).then(
    () => {
      throw new Error(`the replicas did not start within ${START_PATIENCE} ms`);
    },
  );
  try {
    await Promise.race([work, late]);
  } finally {
    done.abort();
    await late.catch(() => undefined);
  }
}
