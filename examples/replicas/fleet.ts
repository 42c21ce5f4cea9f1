import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from './child-process.js';
import type { Child } from './child-process.js';
import type { Database } from './database.js';
import { toEnvironment } from './environment.js';
import type { Order, PageReport } from './environment.js';
import { JournalReader } from './journal-reader.js';
import type { JournalLine } from './journal.js';
import { CALLS_A_BURST, REFRESH_EVERY } from './tasks.js';

/** A replica that was told to stop and is still there after this was stuck. */
const STOP_PATIENCE = 15_000;

/** One process of the demo's application. */
export interface Replica {
  readonly name: string;
  readonly pid: number;
  isUp: boolean;
  /** It was told to stop, or killed. */
  isLeaving: boolean;
  readonly child: Child;
  readonly journal: JournalReader;
}

/** Starts the replicas, has them all end before it is done, and removes what they wrote down. */
export async function withFleet<T>(database: Database, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'task-lock-demo-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const fleet = new Fleet(database, folder);
  try {
    return await work(fleet);
  } finally {
    await fleet.killAll();
    removeFolder();
  }
}

export class Fleet {
  readonly replicas: Replica[] = [];

  constructor(
    private readonly database: Database,
    private readonly folder: string,
  ) {}

  /** Starts the next one. With `servesPage` it has the page of the tasks: {@link pageOf} says where. */
  start({ servesPage = false } = {}): Replica {
    const name = `replica-${this.replicas.length + 1}`;
    const { url, schema } = this.database;
    const journalFile = join(this.folder, `${name}.jsonl`);
    const setup = toEnvironment({ name, url, schema, journalFile, servesPage });
    const child = startChild('./replica.js', { ...setup, ...REFRESH_EVERY });
    const journal = new JournalReader(journalFile);
    const replica = { name, pid: child.process.pid ?? 0, isUp: false, isLeaving: false, child, journal };
    this.replicas.push(replica);
    return replica;
  }

  /**
   * What the replicas wrote down since the last time, in the order of time.
   *
   * @throws Error where a replica ended that nobody told to
   */
  readNew(): JournalLine[] {
    const lines: JournalLine[] = [];
    for (const replica of this.replicas) {
      for (const line of replica.journal.readNew()) {
        if (line.event === 'up') replica.isUp = true;
        lines.push(line);
      }
      if (hasEnded(replica) && !replica.isLeaving) {
        throw new Error(`${replica.name} ended by itself: ${replica.child.describeEnd()}`);
      }
    }
    return lines.sort((one, other) => one.at - other.at);
  }

  /** Resolves to the address of the page that a replica serves. */
  pageOf({ name, child }: Replica): Promise<string> {
    return new Promise((resolve, reject) => {
      child.process.once('message', ({ page }: PageReport) => resolve(page));
      void child.gone.then(() => reject(new Error(`${name} did not start: ${child.describeEnd()}`)));
    });
  }

  find(name: string | undefined): Replica | undefined {
    return this.replicas.find((replica) => replica.name === name);
  }

  announce(scheduledTime: number): void {
    for (const replica of this.replicas) {
      if (replica.isUp) this.order(replica, { kind: 'announce', scheduledTime });
    }
  }

  /** Has each replica call the debounced task several times; answers how many calls that are. */
  burst(): number {
    const up = this.replicas.filter(({ isUp, isLeaving }) => isUp && !isLeaving);
    for (const [index, replica] of up.entries())
      this.order(replica, { kind: 'burst', firstChange: index * CALLS_A_BURST + 1 });
    return up.length * CALLS_A_BURST;
  }

  async kill(replica: Replica): Promise<void> {
    replica.isLeaving = true;
    replica.child.process.kill('SIGKILL');
    await replica.child.gone;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => this.kill(replica)));
  }

  /**
   * Ends all replicas as an orchestrator does: what runs may finish.
   *
   * @throws Error where one does not end, or not well
   */
  async stop(): Promise<void> {
    const staying = this.replicas.filter(({ isLeaving }) => !isLeaving);
    for (const replica of staying) {
      replica.isLeaving = true;
      this.order(replica, { kind: 'stop' });
    }
    const patience = new AbortController();
    const impatience = delay(STOP_PATIENCE, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.all(staying.map(({ child }) => child.gone)), impatience]);
    patience.abort();
    for (const { name, child } of staying) {
      if (child.process.exitCode !== 0) {
        throw new Error(`${name} was told to stop and did not end well: ${child.describeEnd()}`);
      }
    }
  }

  private order({ child }: Replica, order: Order): void {
    // A replica that has just gone is found out by `readNew`.
    if (child.process.connected) child.process.send(order, () => undefined);
  }
}

function hasEnded({ child }: Replica): boolean {
  return child.process.exitCode !== null || child.process.signalCode !== null;
}
