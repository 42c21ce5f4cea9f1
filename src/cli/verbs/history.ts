import type { Command } from 'commander';
import type { RunState } from '../../operate/operator-types.js';
import type { RunOutcome } from '../../store/recorded-run.js';
import { columns } from '../columns.js';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { wholeNumber } from '../inputs.js';
import type { Output } from '../output.js';
import { outcomeStyle } from '../task-text.js';
import { lengthText } from '../times.js';

/** How a run ends that nobody wanted to end so. */
const FAILED: readonly RunOutcome[] = ['failed', 'aborted', 'lost', 'died'];

interface HistoryOptions {
  failed?: boolean;
  limit?: number;
  key?: string;
}

export function addHistory(program: Command, act: Act): void {
  program
    .command('history')
    .argument('<NAME>', 'the task')
    .summary('the runs of a task, the newest first')
    .description('Lists the runs of a task, the newest first.')
    .option('--failed', `only runs that ${FAILED.join(', ').replace(/, (\w+)$/, ' or $1')}`)
    .option('--limit <number>', 'how many, at most 500 (default: 50)', wholeNumber('--limit', 1, 500))
    .option('--key <key>', 'only runs of this key')
    .action(
      act(async ({ session, out }, name: string, { failed, limit, key }: HistoryOptions) => {
        const runs = await session.operator.runs(name, { limit, key, outcome: failed ? FAILED : undefined });
        out.show(runs, () => runLines(runs, out));
        return EXIT.fine;
      }),
    );
}

function runLines(runs: readonly RunState[], out: Output): string[] {
  if (runs.length === 0) return ['no run is known'];
  return columns(
    runs,
    [
      { title: 'STARTED', of: ({ startedAt }) => out.time(startedAt) },
      { title: 'OUTCOME', of: ({ outcome }) => outcome, style: ({ outcome }) => outcomeStyle(outcome) },
      { title: 'TOOK', isNumber: true, of: ({ durationMs }) => lengthText(durationMs) },
      { title: 'LATE', isNumber: true, of: ({ latenessMs }) => lengthText(latenessMs) },
      { title: 'TRIGGER', of: ({ trigger }) => trigger },
      { title: 'KEY', of: ({ key }) => out.text(key) },
      { title: 'REPLICA', of: ({ replica }) => out.text(replica) },
      { title: 'FENCE', isNumber: true, of: ({ fence }) => fence },
      { title: 'ERROR', of: ({ error }) => out.text(error) },
    ],
    out.paint,
  );
}
