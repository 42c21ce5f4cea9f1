import { machine } from './report.js';
import type { Quantiles, ScaleFinding, ScaleSize } from './measurements/scale.js';
import { rounded, table } from './tables.js';

/** The minute of many replicas as it is kept in `bench/SCALE.md`. */
export function scaleReport(
  { replicas, tasks }: ScaleSize,
  findings: readonly ScaleFinding[],
  postgres: string,
  pooler: string,
): string {
  const runs = tasks;
  return [
    '# Many replicas with the same tasks',
    '',
    `\`npm run bench -- --only scale\` wrote this file: ${replicas} replicas, all of which schedule the same ${tasks} tasks`,
    'once a minute. Four processes play them through `PostgresLockStore`: each replica has a name and a pool of its own,',
    'and sends the claims and the releases of a minute in the batches in which a replica sends them, with its history.',
    'They share two cores with Postgres. What a replica does beside (Nest, its polls, its tasks) is not in the figures.',
    'Other programs shared the machine, so times vary.',
    'No tick ran twice; a tick that ran twice would have ended the measurement.',
    '',
    ...table(
      [
        '',
        'ticks',
        'connections of Postgres, most',
        'statements',
        'statements a tick',
        'commits in the busiest second',
        'WAL a run',
      ],
      findings.map((found) => [
        found.way,
        when(found),
        String(found.connections),
        rounded(found.statements),
        rounded(found.statements / runs),
        rounded(found.busiest),
        `${rounded(found.wal / runs)} bytes`,
      ]),
    ),
    'Seconds of CPU for the ticks of one minute: all processes of Postgres, the pooler, and what plays the replicas.',
    '',
    ...table(
      ['', 'ticks', 'CPU of Postgres', 'CPU of the pooler', 'CPU of the replicas'],
      findings.map((found) => [
        found.way,
        when(found),
        `${rounded(found.cpu.postgres)} s`,
        found.cpu.pooler === undefined ? '' : `${rounded(found.cpu.pooler)} s`,
        `${rounded(found.cpu.replicas)} s`,
      ]),
    ),
    'By how much the start of a tick was late, and when a replica knew whether it runs: the median, the 99th percentile and',
    'the last. A claim has five seconds by default (`claimTimeout`); what has no answer by then is skipped as `unavailable` on that replica. The',
    'last column says by how much the timers of the playing processes were late themselves.',
    '',
    ...table(
      ['', 'ticks', 'starts', 'replicas know', 'ticks that ran', 'claims without an answer', 'timers'],
      findings.map((found) => [
        found.way,
        when(found),
        quantiles(found.starts),
        quantiles(found.knew),
        `${found.due - found.missed} of ${found.due}`,
        `${rounded(100 * found.unavailable)} %`,
        milliseconds(found.timers),
      ]),
    ),
    ...machine(`${postgres}; ${pooler}`),
    '',
  ].join('\n');
}

function when({ spread }: ScaleFinding): string {
  return spread ? 'each in a moment of its own' : 'all at the full minute';
}

function quantiles({ p50, p99, last }: Quantiles): string {
  return [p50, p99, last].map(milliseconds).join(', ');
}

function milliseconds(value: number): string {
  return `${rounded(value)} ms`;
}
