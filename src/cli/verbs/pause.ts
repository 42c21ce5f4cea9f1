import type { Command } from 'commander';
import { TaskLockOperatorError } from '../../operate/operator-errors.js';
import type { PauseState } from '../../operate/operator-types.js';
import { ALL_TASKS } from '../../store/operator-store.js';
import type { Act } from '../context.js';
import { CliError, EXIT, UsageError } from '../exit-codes.js';
import { endOfPause } from '../inputs.js';
import type { Output } from '../output.js';
import { withReason } from '../reason.js';
import { runLine } from '../seen-run.js';
import { pauseText } from '../task-text.js';

interface PauseOptions {
  all?: boolean;
  reason?: string;
  until?: string;
  for?: string;
}

export function addPause(program: Command, act: Act): void {
  withReason(program.command('pause'), 'the disk is full')
    .argument('[NAME]', 'the task')
    .summary('let a task, or all of them, not start')
    .description('Keeps a task from starting. A run in progress goes on.')
    .option('--all', 'all tasks')
    .option('--until <instant>', 'when it ends, like 2026-11-27T06:00:00Z (default: at a resume)')
    .option('--for <time>', 'how long it lasts, like 2h')
    .action(
      act(async (context, name: string | undefined, options: PauseOptions) => {
        const { session, out } = context;
        const task = oneOrAll('pause', name, options.all);
        const until = endOfPause(options, await session.now());
        const { reason = '' } = options;
        const pause = session.operator.pause(task, { by: context.by(), reason, until });
        const answer = await hintingAtAll('pause', task, pause);
        out.show(answer, () => [
          `${task === ALL_TASKS ? 'All tasks are' : `${out.name(task)} is`} paused: ${pauseText(answer.paused, out)}`,
          ...answer.running.map((run) => `goes on: ${runLine(context, task, run)}`),
          ...answer.warnings.map((warning) => out.paint(`warning: ${out.sentence(warning)}`, 'yellow')),
        ]);
        return EXIT.fine;
      }),
    );
}

export function addResume(program: Command, act: Act): void {
  program
    .command('resume')
    .argument('[NAME]', 'the task')
    .summary('end a pause')
    .description('Ends a pause. Ticks that were due meanwhile are not caught up.')
    .option('--all', 'end the pause of all tasks')
    .action(
      act(async (context, name: string | undefined, { all }: { all?: boolean }) => {
        const { session, out } = context;
        const task = oneOrAll('resume', name, all);
        const answer = await hintingAtAll(
          'resume',
          task,
          session.operator.resume(task, { by: context.by() }),
        );
        out.show(answer, () => {
          const what = task === ALL_TASKS ? 'All tasks were' : `${out.name(task)} was`;
          const still = answer.stillPaused;
          return [
            answer.status === 'resumed' ? `${what} resumed` : `${what} not paused`,
            ...(still ? [out.paint(stillPausedLine(still, out), 'yellow')] : []),
          ];
        });
        return EXIT.fine;
      }),
    );
}

/** After a resume of all tasks one may be paused by itself, and the other way round. */
function stillPausedLine(still: PauseState, out: Output): string {
  return `${still.name === ALL_TASKS ? 'another pause holds:' : `but ${out.name(still.name)} is`} ${pauseText(still, out)}`;
}

/** `pause all` means a task of that name, which there may be. */
async function hintingAtAll<T>(verb: string, task: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (task !== 'all' || !(error instanceof TaskLockOperatorError) || error.kind !== 'unknown-task')
      throw error;
    throw new CliError(`${error.problem}: for all tasks write ${verb} --all`);
  }
}

function oneOrAll(verb: string, name: string | undefined, all = false): string {
  if (all === (name === undefined)) return name ?? ALL_TASKS;
  throw new UsageError(
    all
      ? `'${name}' and --all: give one of them`
      : `which task? Give its name, like ${verb} clean-up, or --all for all tasks`,
  );
}
