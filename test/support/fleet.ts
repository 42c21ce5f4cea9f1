import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalLine } from '../processes/app/journal.js';

const BUILT = join(process.cwd(), 'build/replicas/test');
const CLOCK = join(BUILT, 'processes/app/clock-ahead.mjs');
const APP = join(BUILT, 'processes/app/replica.js');

export interface ReplicaOptions {
  /** How far its wall clock is ahead, in milliseconds. */
  clockAhead?: number;
  environment?: Record<string, string>;
  /** A program that starts it, with its arguments: `faketime`, for one. */
  through?: readonly string[];
}

/** A replica: one process of the test application. */
export interface Replica<Line = JournalLine> {
  name: string;
  process: ChildProcess;
  /** Resolves when it is gone, however it went, with what it wrote to stderr. */
  gone: Promise<string>;
  /** Ends it as an orchestrator does, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** What it has written down so far. */
  journal(): Line[];
}

/** The replicas of one test, and the folder of their journals. */
export class Fleet<Line = JournalLine> {
  readonly replicas: Replica<Line>[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'task-lock-fleet-'));

  /** `app` is the module that a replica runs, as it is built. */
  constructor(
    private readonly databaseUrl: string,
    private readonly app = APP,
  ) {}

  /** Starts a replica and resolves when its schedule runs. */
  async start({ clockAhead = 0, environment = {}, through = [] }: ReplicaOptions = {}): Promise<
    Replica<Line>
  > {
    const name = `replica-${this.replicas.length + 1}`;
    const file = join(this.folder, `${name}.jsonl`);
    const [command = process.execPath, ...prefix] = [...through, process.execPath];
    const child = fork(this.app, {
      execPath: command,
      execArgv: [...prefix, '--import', CLOCK],
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
    const gone = new Promise<string>((resolve) => child.once('exit', () => resolve(errors.join(''))));
    const replica: Replica<Line> = {
      name,
      process: child,
      gone,
      stop: async () => {
        // One that has just gone has no channel any more, and is what is wanted.
        if (child.connected) child.send('stop', () => undefined);
        await gone;
      },
      kill: async () => {
        child.kill('SIGKILL');
        await gone;
      },
      journal: () =>
        existsSync(file)
          ? readFileSync(file, 'utf8')
              .trim()
              .split('\n')
              .filter(Boolean)
              .map(parse<Line>)
          : [],
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
  journal(): Line[] {
    return this.replicas.flatMap((replica) => replica.journal());
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  async killAll(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.kill()));
  }

  /** Stops what still runs and removes the journals. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function parse<Line>(line: string): Line {
  return JSON.parse(line) as Line;
}
