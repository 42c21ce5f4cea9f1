import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalLine } from '../replicas/app/journal.js';

const APP = join(process.cwd(), 'build/replicas/test/replicas/app');

export interface ReplicaOptions {
  /** How far its wall clock is ahead, in milliseconds. */
  clockAhead?: number;
  environment?: Record<string, string>;
  /** A program that starts it, with its arguments: `faketime`, for one. */
  through?: readonly string[];
}

/** A replica: one process of the test application. */
export interface Replica {
  name: string;
  process: ChildProcess;
  /** Ends it as an orchestrator does, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** What it has written down so far. */
  journal(): JournalLine[];
}

/** The replicas of one test, and the folder of their journals. */
export class Fleet {
  readonly replicas: Replica[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'task-lock-fleet-'));

  constructor(private readonly databaseUrl: string) {}

  /** Starts a replica and resolves when its schedule runs. */
  async start({ clockAhead = 0, environment = {}, through = [] }: ReplicaOptions = {}): Promise<Replica> {
    const name = `replica-${this.replicas.length + 1}`;
    const file = join(this.folder, `${name}.jsonl`);
    const [command = process.execPath, ...prefix] = [...through, process.execPath];
    const child = fork(join(APP, 'replica.js'), {
      execPath: command,
      execArgv: [...prefix, '--import', join(APP, 'clock-ahead.mjs')],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATABASE: this.databaseUrl,
        JOURNAL: file,
        REPLICA: name,
        CLOCK_AHEAD_MS: String(clockAhead),
        ...environment,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const errors: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const replica: Replica = {
      name,
      process: child,
      stop: async () => {
        if (child.connected) child.send('stop');
        await gone;
      },
      kill: async () => {
        child.kill('SIGKILL');
        await gone;
      },
      journal: () =>
        existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map(parse) : [],
    };
    this.replicas.push(replica);
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) =>
        reject(new Error(`${name} ended with ${code} at start-up: ${errors.join('')}`)),
      );
    });
    return replica;
  }

  /** All that all replicas wrote down. */
  journal(): JournalLine[] {
    return this.replicas.flatMap((replica) => replica.journal());
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  /** Stops what still runs and removes the journals. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function parse(line: string): JournalLine {
  return JSON.parse(line) as JournalLine;
}
