import type { Command } from 'commander';
import type { TickState } from '../../operate/operator-types.js';
import { columns } from '../columns.js';
import type { Act } from '../context.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { instant, wholeNumber } from '../inputs.js';
import type { Output } from '../output.js';
import type { Style } from '../paint.js';
import { lengthText } from '../times.js';

interface TicksOptions {
  last?: number;
  from?: string;
  to?: string;
}

export function addTicks(program: Command, act: Act): void {
  program
    .command('ticks')
    .argument('<NAME>', 'the task')
    .summary('the ticks that were expected, and what became of each')
    .description('Lists the ticks that were expected, the oldest first, and what became of each.')
    .option('--last <number>', 'how many, at most 500 (default: 50)', wholeNumber('--last', 1, 500))
    .option('--from <instant>', 'from here on, like 2026-11-27T06:00:00Z')
    .option('--to <instant>', 'up to here (default: now); needs --from')
    .action(
      act(async ({ session, out }, name: string, options: TicksOptions) => {
        const ticks = await session.operator.ticks(name, searchOf(options));
        const isAsked = options.last !== undefined || options.from !== undefined;
        out.show(ticks, () => (isAsked ? tickLines(ticks, out) : knownLines(ticks, out)));
        return EXIT.fine;
      }),
    );
}

function searchOf({ last, from, to }: TicksOptions): { last?: number } | { from: Date; to?: Date } {
  if (from === undefined) {
    if (to !== undefined) throw new UsageError('--to needs --from: give both, or --last');
    return { last };
  }
  if (last !== undefined) throw new UsageError('--last and --from both say where to begin: give one of them');
  return { from: instant('--from', from), to: to === undefined ? undefined : instant('--to', to) };
}

const STYLES: Partial<Record<TickState['state'], Style>> = {
  missed: 'red',
  paused: 'yellow',
  unknown: 'dim',
};

/** Ticks from before the history or the schedule say nothing: by default they are left out. */
function knownLines(ticks: readonly TickState[], out: Output): string[] {
  const first = ticks.findIndex(({ state }) => state !== 'unknown');
  if (first <= 0) return tickLines(ticks, out);
  const since = ticks[first]?.tick ?? '';
  const remark =
    `left out: unknown ticks before ${since}, which lie before the history or this schedule ` +
    `(--last ${ticks.length} lists ${first} of them)`;
  return [out.paint(remark, 'dim'), ...tickLines(ticks.slice(first), out)];
}

function tickLines(ticks: readonly TickState[], out: Output): string[] {
  if (ticks.length === 0)
    return ['no tick was expected: tasks of @Interval and without a schedule have runs only'];
  return columns(
    ticks,
    [
      { title: 'TICK', of: ({ tick }) => tick },
      { title: 'STATE', of: ({ state }) => state, style: ({ state }) => STYLES[state] },
      { title: 'OUTCOME', of: ({ run }) => run?.outcome ?? '' },
      {
        title: 'TOOK',
        isNumber: true,
        of: ({ run }) => lengthText(run?.durationMs),
      },
      { title: 'TRIGGER', of: ({ run }) => run?.trigger ?? '' },
      { title: 'REPLICA', of: ({ run }) => out.text(run?.replica) },
      { title: 'PAUSED BY', of: ({ paused }) => out.text(paused?.by) },
    ],
    out.paint,
  );
}
