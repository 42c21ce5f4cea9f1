import type { RunState, TaskPage, TaskState } from '../../src/operate/operator-types.js';
import type { Connection } from '../../src/cli/connection.js';
import { runCli } from '../../src/cli/program.js';
import type { ExitCode } from '../../src/cli/exit-codes.js';
import { openSession } from '../../src/cli/session.js';
import type { Operator, Session } from '../../src/cli/session.js';
import type { Terminal } from '../../src/cli/terminal.js';

export { taskOf } from './task-of.js';

/** The database's clock of every session that is made here. */
export const NOW = new Date('2026-11-27T03:00:00.000Z');
export const DATABASE_URL = 'postgres://ops:s3cr3t%21@db.example:5433/app';

export interface CliCall {
  operator?: Partial<Operator>;
  session?: Partial<Omit<Session, 'operator'>>;
  terminal?: Partial<Terminal>;
  env?: Record<string, string>;
}

export interface CliAnswer {
  code: ExitCode;
  out: string;
  err: string;
  /** The database that was connected to, if any. */
  connection?: Connection;
  closed: boolean;
}

/** Runs a command against a service that is made up. What it does not have must not be called. */
export async function runWith(call: CliCall, ...argv: string[]): Promise<CliAnswer> {
  const answer = { out: '', err: '', closed: false } as CliAnswer;
  const terminal = { ...terminalInto(answer, { DATABASE_URL, ...call.env }), ...call.terminal };
  answer.code = await runCli(argv, terminal, async (connection) => {
    answer.connection = connection;
    return {
      now: async () => NOW,
      unfinishedRuns: async () => [],
      isKeyed: async () => true,
      doctor: { examine: async () => [], tables: async () => [], privileges: async () => [] },
      pendingMigrations: async () => [],
      migrate: async () => [],
      close: async () => void (answer.closed = true),
      ...call.session,
      operator: unlessAsked(call.operator ?? {}),
    };
  });
  return answer;
}

function unlessAsked(operator: Partial<Operator>): Operator {
  return new Proxy(operator, {
    get: (known, property) => {
      if (property in known) return Reflect.get(known, property) as unknown;
      return () => Promise.reject(new Error(`the test expects no ${String(property)}()`));
    },
  }) as Operator;
}

/** Runs a command in this process, against a database. */
export async function runAgainst(
  url: string,
  ...argv: string[]
): Promise<Pick<CliAnswer, 'code' | 'out' | 'err'>> {
  const answer = { out: '', err: '' };
  const code = await runCli(argv, terminalInto(answer, { DATABASE_URL: url }), openSession);
  return { code, ...answer };
}

/** What reads the output of a program: nobody who could answer, and no columns. */
function terminalInto(answer: Pick<CliAnswer, 'out' | 'err'>, env: Record<string, string>): Terminal {
  return {
    env: { USER: 'anna', ...env },
    isTerminal: false,
    width: undefined,
    errorWidth: undefined,
    isInteractive: false,
    write: (text) => void (answer.out += text),
    writeError: (text) => void (answer.err += text),
    ask: () => Promise.reject(new Error('nobody is there')),
    stopped: new AbortController().signal,
  };
}

/** What a list answers: one page, unless another one is given. */
export function pageOf(items: TaskState[], given: Partial<TaskPage> = {}): TaskPage {
  const counts = { idle: 0, running: 0, paused: 0, overdue: 0, died: 0, undeclared: 0 };
  for (const { state } of items) counts[state]++;
  return {
    items,
    page: 1,
    pages: 1,
    total: items.length,
    counts,
    paused: null,
    at: NOW.toISOString(),
    ...given,
  };
}

export function runOf(run: Partial<RunState> = {}): RunState {
  return {
    key: null,
    fence: '1795748400000',
    tick: '2026-11-27T02:00:00.000Z',
    trigger: 'tick',
    replica: 'web-1:1:abc',
    startedAt: '2026-11-27T02:00:00.250Z',
    finishedAt: '2026-11-27T02:00:03.250Z',
    durationMs: 3_000,
    latenessMs: 250,
    outcome: 'succeeded',
    error: null,
    ...run,
  };
}
