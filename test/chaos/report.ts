import Table from 'cli-table3';
import { sum } from './checker/check.js';
import type { TaskVerdict, Verdict } from './checker/check.js';
import { clockTime } from './checker/offences.js';
import type { OffenceKind } from './checker/offences.js';
import type { Evidence } from './evidence.js';

/** More of one kind say no more. */
const SHOWN = 10;

type Column = Exclude<keyof TaskVerdict, 'task'>;

const COLUMNS: readonly [Column, string][] = [
  ['due', 'due'],
  ['run', 'run'],
  ['duringRun', 'in a run'],
  ['excused', 'missed in a window'],
  ['overloaded', 'machine too busy'],
  ['missed', 'missed'],
  ['outside', 'due outside'],
  ['runs', 'runs'],
  ['recovered', 'recovered'],
  ['excusedOverlaps', 'woke up late'],
];

const BAD: readonly [OffenceKind, string][] = [
  ['run twice', 'run twice'],
  ['overlap', 'overlaps with an effect after the deadline'],
  ['fence order', 'fences out of order'],
  ['stale commit', 'stale commits'],
  ['lost commit', 'lost commits'],
  ['missed', 'missed outside of windows'],
  ['off schedule', 'run for an instant that is not due'],
  ['too early', 'run too early'],
  ['trouble', 'replicas in trouble'],
  ['too few ticks', 'too few ticks'],
];

/** What was done, how the ticks went, and all that must not be. */
export function report(verdict: Verdict, evidence: Evidence): string {
  const { tasks, offences } = verdict;
  const table = new Table({
    head: ['task', ...COLUMNS.map(([, title]) => title)],
    colAligns: ['left', ...COLUMNS.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
  for (const task of tasks) table.push([task.task, ...COLUMNS.map(([column]) => task[column])]);
  table.push(['all', ...COLUMNS.map(([column]) => sum(tasks, column))]);
  const [due, outside] = [sum(tasks, 'due'), sum(tasks, 'outside')];
  return [
    '',
    `Faults: ${describeFaults(evidence)}`,
    table.toString(),
    `${((100 * outside) / due).toFixed(1)} % of the ticks were due outside of the windows of faults.`,
    describeMachine(verdict),
    ...BAD.map(([kind, words]) => {
      const count = offences.filter((offence) => offence.kind === kind).length;
      return `${count === 0 ? '✔' : '✘'} ${count} ${words}`;
    }),
    ...BAD.flatMap(([kind]) => describeOffences(verdict, kind)),
  ].join('\n');
}

/** On a machine that is too busy ticks are missed without a fault; all the rest must hold there, too. */
function describeMachine({ tasks, overloads }: Verdict): string {
  const [due, calm] = [sum(tasks, 'due'), sum(tasks, 'calm')];
  const busy = `In ${overloads.length} s the machine was too busy for its replicas`;
  return calm < due / 2 ? `${busy}: that so few ticks were missed proves little.` : `${busy}.`;
}

function describeFaults({ faults }: Evidence): string {
  const counts = new Map<string, number>();
  for (const { kind, detail } of faults) {
    if (detail === 'the end') continue;
    const name = kind === 'restart' ? `${kind} (${detail})` : kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}

function describeOffences({ offences }: Verdict, kind: OffenceKind): string[] {
  const own = offences.filter((offence) => offence.kind === kind);
  const shown = own
    .slice(0, SHOWN)
    .flatMap(({ task, what, lines }) => [
      '',
      `✘ ${[kind, task].filter(Boolean).join(', ')}: ${what}`,
      ...lines.map((line) => `    ${clockTime(line.at)} ${JSON.stringify(line)}`),
    ]);
  return own.length > SHOWN ? [...shown, `  … and ${own.length - SHOWN} more of "${kind}"`] : shown;
}
