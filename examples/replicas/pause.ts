import { setTimeout as delay } from 'node:timers/promises';
import type { TickState } from '../../src/operate/operator-types.js';
import type { CommandLine } from './command-line.js';
import { PAUSE } from './tasks.js';

/** A pause, as the one who asked for it saw it. Instants are epoch milliseconds. */
export interface Pause {
  task: string;
  by: string;
  reason: string;
  /** `pause` was about to be sent. */
  asked: number;
  /** `pause` was answered: from here on the task is paused. */
  paused: number;
  /** `resume` was about to be sent: up to here the task is paused. */
  resuming: number;
  /** `resume` was answered. */
  resumed: number;
}

export type LedgerTick = Pick<TickState, 'tick' | 'state' | 'paused'>;

/** Shows a command and what it printed. */
export type ShowCommand = (command: string, printed: string) => void;

/** Pauses a task by the command line and resumes it, as an operator does. */
export async function pauseForAWhile(
  commandLine: CommandLine,
  show: ShowCommand,
  signal: AbortSignal,
): Promise<Pause> {
  const { task, by, reason } = PAUSE;
  const run = async (...args: string[]): Promise<[number, number]> => {
    const sent = Date.now();
    const printed = await commandLine(...args);
    show(args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' '), printed);
    return [sent, Date.now()];
  };
  const [asked, paused] = await run('pause', task, '--by', by, '--reason', reason);
  await delay(PAUSE.lasts, undefined, { signal });
  const [resuming, resumed] = await run('resume', task, '--by', by);
  return { task, by, reason, asked, paused, resuming, resumed };
}

/** What the ledger says of the ticks around a pause. */
export async function ledgerOf(commandLine: CommandLine, pause: Pause): Promise<LedgerTick[]> {
  const [from, to] = [pause.asked, pause.resumed].map((at) => new Date(at).toISOString()) as [string, string];
  const json = await commandLine('-o', 'json', 'ticks', pause.task, '--from', from, '--to', to);
  return JSON.parse(json) as LedgerTick[];
}
