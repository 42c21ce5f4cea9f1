import { HELD, TASKS } from './measurements/week.js';
import type { WeekFindings } from './measurements/week.js';
import type { WeekSample } from './measurements/week-sampler.js';
import { machine } from './report.js';
import type { WeekPoint } from './support/plot-points.js';
import { rounded, table } from './tables.js';
import { MOST_GROWTH, verdictsOf } from './week-verdict.js';

/** The week as it is kept in `bench/WEEK.md`. */
export function weekReport(findings: WeekFindings): string {
  const { ticks, minutes, samples, ran, runsOfKeys, runsOfRequests, logged, postgres } = findings;
  const verdicts = verdictsOf(samples);
  const wrong = verdicts.filter(({ isBounded }) => !isBounded);
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const vacuums = last.relations.filter(({ autovacuums }) => autovacuums > 0);
  return [
    '# A week of ticks',
    '',
    `\`npm run bench -- --only week\` wrote this file. It played ${ticks} minutes (${rounded(ticks / 1_440)} days) in ${minutes.toFixed(0)}: four`,
    `replicas with ${TASKS.plain} tasks of a schedule, ${TASKS.recovering} with \`recover\`, ${TASKS.keyed} that each replica calls with a key that is new`,
    `each hour, and ${TASKS.requested} that are requested; all of them each minute, and with the history.`,
    '',
    'The replicas are whole Nest applications. Their clock and `clock_timestamp()` of the database step from minute to minute,',
    'as soon as nothing is under way: holds, prunes, purges and the age of rows count by it. It does not show what the',
    'machine’s clock decides. Autovacuum looks for work each second (`autovacuum_naptime`), in which two or three minutes',
    'are played, so it comes less often than each minute, its default; between two of its visits there are more dead rows.',
    'Polls come once a minute. Nothing was flushed (`fsync` off). Other programs shared the machine, so times vary.',
    '',
    `- Ticks that ran once: ${ran.once}; twice: ${ran.twice}; never: ${ran.never}.`,
    `- Runs of keys: ${runsOfKeys}; runs of requests: ${runsOfRequests}.`,
    `- One transaction was open from hour ${rounded((ticks / 60) * HELD.from)} to hour ${rounded((ticks / 60) * HELD.to)}. No vacuum removes what it could still see.`,
    `- At hour ${rounded(first.hour)} the history had ${first.history.rows} rows, at the end ${last.history.rows}: ${last.history.most} of the task that had most, ${last.history.mostOfKeyed} of one with keys. It keeps 100 and 1,000, and each replica removes the rest about once an hour.`,
    `- Autovacuum came ${vacuums.map(({ name, autovacuums }) => `${autovacuums} times to \`${name}\``).join(', ')}.`,
    ...(Object.keys(logged).length === 0
      ? ['- The replicas logged no warning and no error.']
      : Object.entries(logged).map(([words, count]) => `- Logged ${count} times: “${words}”.`)),
    '',
    '![Sizes](plots/week.svg)',
    '',
    '## Whether it is bounded',
    '',
    'The last three quarters, before the long transaction and after it. *Growth* is that of a line through all samples of',
    `the part, as a share of its mean; up to ${MOST_GROWTH} is bounded, since the hourly prune makes a saw, and so is less than a page. *Most* is the greatest value`,
    'while the transaction was open. Dead rows may vary by as much as their mean, with the visits of autovacuum; times are not',
    'judged. A table does not give pages back that were in use once: it fills them again.',
    '',
    ...table(
      ['what', 'before', 'most, transaction open', 'after', 'growth before', 'growth after', ''],
      verdicts.map(({ what, unit, before, most, after, growth, isBounded }) => [
        what,
        ...[before, most, after].map((value) => `${rounded(value)} ${unit}`),
        rounded(growth.before),
        rounded(growth.after),
        unit === 'ms' ? '' : isBounded ? 'bounded' : '**grows**',
      ]),
    ),
    wrong.length === 0 ? 'Nothing grows.' : `Grows: ${wrong.map(({ what }) => what).join(', ')}.`,
    '',
    ...machine(postgres),
    '',
  ].join('\n');
}

/** Of each table with its indexes, the size over the hours. */
export function weekPoints(samples: readonly WeekSample[]): WeekPoint[] {
  return samples.flatMap(({ hour, relations }) =>
    TABLES.map(([table, what]) => {
      const own = relations.filter(({ name }) => tableOf(name) === table);
      return { hour, what, kilobytes: own.reduce((sum, { bytes }) => sum + bytes, 0) / 1_024 };
    }),
  );
}

const TABLES = [
  ['task_lock_run', 'history'],
  ['task_lock_request', 'requests'],
  ['task_lock', 'locks'],
] as const;

/** The table of a relation: an index begins with its name. */
function tableOf(name: string): string {
  return TABLES.find(([table]) => name.startsWith(table))?.[0] ?? name;
}
