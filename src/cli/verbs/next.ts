import type { Command } from 'commander';
import type { NextTick } from '../../operate/operator-types.js';
import { columns } from '../columns.js';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { wholeNumber } from '../inputs.js';
import type { Output } from '../output.js';

export function addNext(program: Command, act: Act): void {
  program
    .command('next')
    .argument('<NAME>', 'the task')
    .summary('the next ticks, with the local time of the schedule')
    .description("Lists the next ticks of a task, with the local time of its schedule's zone.")
    .option('--count <number>', 'how many, at most 100 (default: 5)', wholeNumber('--count', 1, 100))
    .action(
      act(async ({ session, out }, name: string, { count }: { count?: number }) => {
        const ticks = await session.operator.nextTicks(name, count);
        out.show(ticks, () => nextLines(ticks, out));
        return EXIT.fine;
      }),
    );
}

const OFFSET = /(z|[+-]\d\d:\d\d)$/i;

function nextLines(ticks: readonly NextTick[], out: Output): string[] {
  if (ticks.length === 0) return ['no tick is known: tasks of @Interval and without a schedule have none'];
  const offsets = ticks.map(({ localTime }) => OFFSET.exec(localTime)?.[0] ?? '');
  const rows = ticks.map((tick, index) => {
    const before = offsets[index - 1];
    const change = before !== undefined && before !== offsets[index];
    return { ...tick, note: change ? `the clock has changed from ${before} to ${offsets[index]}` : '' };
  });
  return columns(
    rows,
    [
      { title: 'LOCAL TIME', of: ({ localTime }) => localTime.replace('.000', '') },
      { title: 'ZONE', of: ({ timeZone }) => out.name(timeZone) },
      { title: 'TICK', of: ({ tick }) => tick },
      { title: 'DUE', of: ({ tick }) => out.time(tick) },
      { title: '', of: ({ note }) => note, style: () => 'yellow' },
    ],
    out.paint,
  );
}
