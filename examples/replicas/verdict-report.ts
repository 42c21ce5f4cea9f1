import Table from 'cli-table3';
import type { Paint } from './paint.js';
import { SETTLING } from './runs.js';
import type { JudgedPause, KilledRun, Verdict } from './verdict.js';
import { clockTime, count } from './words.js';

const MOST_PROBLEMS = 12;

/** The verdict as text. */
export function report({ tasks, killedRuns, burst, pauses, problems }: Verdict, paint: Paint): string {
  const table = new Table({
    head: [
      'task',
      'ticks due',
      'run once',
      'run twice',
      'last run\nin progress',
      "killed run's\nlease",
      'paused',
      'missed',
    ],
    colAligns: ['left', ...Array.from({ length: 7 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  const totals = { due: 0, once: 0, twice: 0, duringRun: 0, duringLease: 0, paused: 0, missed: 0 };
  const bad = (number: number): string => (number > 0 ? paint.as('red', String(number)) : '0');
  for (const verdict of tasks) {
    const { due, once, twice, duringRun, duringLease, paused, missed } = verdict;
    table.push([verdict.task.name, due, once, bad(twice), duringRun, duringLease, paused, bad(missed)]);
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += verdict[key];
  }
  const { due, once, twice, duringRun, duringLease, paused, missed } = totals;
  table.push(['all', due, once, bad(twice), duringRun, duringLease, paused, bad(missed)]);

  return [
    paint.as('bold', 'Verdict') +
      ', from what the replicas wrote down (not from the lock table); that a tick was paused is from the ledger',
    table.toString(),
    ...RULES.map((rule) => paint.as('gray', rule)),
    '',
    ...killedRuns.map(describeKill),
    ...pauses.map(describePause),
    ...(burst.calls > 0
      ? [`Burst: ${count(burst.calls, 'call')} of export(), ${count(burst.runs, 'run')}.`]
      : []),
    ...problems.slice(0, MOST_PROBLEMS).map((problem) => paint.as('red', `✘ ${problem}`)),
    ...(problems.length > MOST_PROBLEMS ? [`  … and ${problems.length - MOST_PROBLEMS} more`] : []),
    problems.length === 0
      ? paint.as(
          'green',
          `✔ ${count(due, 'tick')} due: ${once} run once, ${twice} twice, ${paused} paused, ${missed} missed outside the killed run's lease`,
        )
      : paint.as('red', `✘ ${count(due, 'tick')} due, ${count(problems.length, 'problem')}`),
  ].join('\n');
}

/** How ticks are counted: at the edges of the time, and where replicas share no instants. */
const RULES = [
  `How it is counted: a @Cron tick is due at each instant of its expression at which a replica was up, from its start`,
  `to ${SETTLING} ms before it was told to stop or killed. @Interval has no shared instants: a tick is due an interval after`,
  `the last run; it ran twice if a run came sooner than half of that, and was missed if the next one was due, too.`,
  `One run at a time: a tick that falls into the run of an earlier one is not run. A killed run counts as run.`,
];

function describeKill({ run, leaseEnd, next }: KilledRun): string {
  const again = next ? `ran again at ${clockTime(next.start)} on ${next.replica}` : 'has not run since';
  return (
    `Killed: ${run.task} on ${run.replica}, ${((run.end - run.start) / 1_000).toFixed(1)} s after its start; ` +
    `its lease ended at ${clockTime(leaseEnd)} and ${run.task} ${again}.`
  );
}

function describePause({ pause: { task, by, reason }, ticks }: JudgedPause): string {
  const times = ticks.map(clockTime);
  const which = times.length > 1 ? `from ${times[0]} to ${times.at(-1)}` : times.join();
  return `Paused: the ledger says of ${count(ticks.length, 'tick')} of ${task} ${which}: paused by ${by}, "${reason}".`;
}
