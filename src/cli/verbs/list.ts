import { Option } from 'commander';
import type { Command } from 'commander';
import { SystemLockClock } from '../../common/clock.js';
import { messageOf } from '../../common/error-text.js';
import { pause } from '../../common/timeouts.js';
import { TASK_CONDITIONS } from '../../operate/operator-types.js';
import type { Page, RunningState, TaskCondition, TaskState } from '../../operate/operator-types.js';
import { columns } from '../columns.js';
import type { Act, Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { wholeNumber } from '../inputs.js';
import type { Output } from '../output.js';
import { detailOf, lastRunText, STATE_STYLES } from '../task-text.js';
import { lengthText } from '../times.js';

/** Milliseconds between two looks of `--watch`. */
const EVERY = 2_000;

interface ListOptions {
  state?: TaskCondition;
  page?: number;
  watch?: boolean;
}

export function addList(program: Command, act: Act): void {
  program
    .command('list')
    .alias('status')
    .summary('every task: its state, its last run, when it is due')
    .description('Lists every task, overdue and died ones first. Exits with 3 if one is overdue.')
    .addOption(new Option('--state <state>', 'only tasks in this state').choices(TASK_CONDITIONS))
    .option('--page <number>', 'pages have 50 tasks', wholeNumber('--page', 1, 1_000_000))
    .option('--watch', 'look again every two seconds, until Ctrl-C')
    .action(
      act((context, options: ListOptions) =>
        options.watch ? watch(context, options) : list(context, options),
      ),
    );
}

async function list(context: Context, { state, page }: ListOptions): Promise<ExitCode> {
  const { session, out } = context;
  const tasks = await session.operator.tasks({ state, page });
  const died = out.isJson ? NONE_DIED : await diedRuns(context, tasks.items);
  out.show(tasks, () => listLines(tasks, died, out));
  return tasks.items.some((each) => each.state === 'overdue') ? EXIT.attention : EXIT.fine;
}

type DiedRuns = ReadonlyMap<string, RunningState>;
const NONE_DIED: DiedRuns = new Map();

/** Which runs have died, by their task: its state tells of runs in progress only. */
async function diedRuns({ session, out }: Context, items: readonly TaskState[]): Promise<DiedRuns> {
  const names = items.filter(({ state }) => state === 'died').map(({ name }) => name);
  const runs = await Promise.all(
    names.map(async (name) => {
      const unfinished = await session.unfinishedRuns(name);
      const died = unfinished.find(({ leaseEndsAt }) => out.isPast(leaseEndsAt));
      return died ? [[name, died] as const] : [];
    }),
  );
  return new Map(runs.flat());
}

function listLines({ items, page, pages, total }: Page<TaskState>, died: DiedRuns, out: Output): string[] {
  if (items.length === 0) return [total === 0 ? 'no task' : `page ${page} is empty: there are ${pages}`];
  const lines = columns(
    items,
    [
      { title: 'NAME', of: ({ name }) => out.name(name) },
      { title: 'STATE', of: ({ state }) => state, style: ({ state }) => STATE_STYLES[state] },
      { title: 'LAST RUN', of: ({ name, lastRun }) => lastRunText(lastRun, died.get(name), out) },
      {
        title: 'TOOK',
        isNumber: true,
        of: ({ lastRun }) => lengthText(lastRun?.durationMs),
      },
      { title: 'NEXT DUE', of: ({ nextDue }) => out.time(nextDue) },
      { title: 'DETAIL', of: (task) => detailOf(task, died.get(task.name), out) },
    ],
    out.paint,
    out.width,
  );
  return pages > 1 ? [...lines, out.paint(`page ${page} of ${pages}, ${total} tasks`, 'dim')] : lines;
}

const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_SCREEN = '\u001b[2J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** Draws over what stands there, in one write: a cleared screen would flicker. */
async function watch(context: Context, options: ListOptions): Promise<ExitCode> {
  const { out, terminal } = context;
  const clock = new SystemLockClock();
  const redraws = terminal.isTerminal && !out.isJson;
  if (redraws) terminal.write(HIDE_CURSOR + CLEAR_SCREEN);
  try {
    while (!terminal.stopped.aborted) {
      const lines = await look(context, options);
      if (terminal.stopped.aborted) break;
      if (redraws)
        terminal.write(HOME + lines.map((line) => `${line}${CLEAR_LINE}\n`).join('') + CLEAR_BELOW);
      else terminal.write(`${lines.join('\n')}\n${out.isJson ? '' : '\n'}`);
      await pause(clock, EVERY, terminal.stopped);
    }
  } finally {
    if (redraws) terminal.write(SHOW_CURSOR);
  }
  return EXIT.fine;
}

async function look(context: Context, { state, page }: ListOptions): Promise<string[]> {
  const { session, out } = context;
  try {
    const [now, tasks] = await Promise.all([session.now(), session.operator.tasks({ state, page })]);
    out.setNow(now);
    if (out.isJson) return [out.jsonLine(tasks)];
    const died = await diedRuns(context, tasks.items);
    return [now.toISOString(), '', ...listLines(tasks, died, out)];
  } catch (error) {
    // A database that restarts is looked at again.
    const problem = out.sentence(messageOf(error));
    return out.isJson ? [out.jsonLine({ error: problem })] : [out.paint(problem, 'red')];
  }
}
