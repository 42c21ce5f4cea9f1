import type { PeerFinding } from './measurements/peers.js';
import type { CrashFinding } from './measurements/peers/crash.js';
import type { LeadFinding } from './measurements/peers/lead.js';
import type { Latency, TicksFinding } from './measurements/peers/ticks.js';
import { rounded, table } from './tables.js';

/** This package beside what people use otherwise; the goals among the findings stand with the other goals. */
export function peersReport(findings: readonly PeerFinding[]): string[] {
  const ticks = findings.filter((finding) => finding.of === 'ticks');
  return [
    '## Beside what people use otherwise',
    '',
    'Real processes whose timers fire at a barrier, or spread over the skew; each lock as its documentation shows it',
    'first, tick by tick in turns. A fast lock that lets a tick run twice, or not at all, has not done the work: read',
    'the first two tables before the times.',
    '',
    ...runs(ticks),
    ...crashes(findings.filter((finding) => finding.of === 'crash')),
    ...latencies(ticks),
    ...sticky(ticks),
    ...leads(findings.filter((finding) => finding.of === 'lead')),
    '- graphile-worker, pg-boss and DBOS add a job that a worker then runs: a replica *knows* once its part of the adding',
    '  is answered, and the *start* is that of the run. In real life pg-boss looks at its schedules each 30 s, and DBOS',
    '  waits up to 10 s so that replicas do not come at once: both come before the figures here. These two poll, which is',
    '  among their queries; they were measured after the others, beside this package alone.',
    '- `INSERT … ON CONFLICT` and an advisory lock in a transaction are by hand; so are ShedLock, which is Java, and',
    '  `@nestjs/locks`, whose store is shown in its documentation and is the reader’s to write.',
    '- Queries are of all replicas together, of Redis its commands; connections are of one replica, at most.',
    '- graphile-worker and pg-boss ask for Node 22 or newer, and ran on the Node that is named below.',
    '',
  ];
}

function runs(ticks: readonly TicksFinding[]): string[] {
  const settings = [...new Set(ticks.map(settingOf))];
  const names = [...new Set(ticks.map(({ lock }) => lock))];
  const cell = (lock: string, setting: string): string => {
    const found = ticks.find((one) => one.lock === lock && settingOf(one) === setting);
    if (!found) return '';
    const { mean, least, most } = found.runsPerTick;
    return least === 1 && most === 1 ? '1' : `**${rounded(mean)}** (${least} to ${most})`;
  };
  return [
    '### Runs per tick',
    '',
    'The mean, the least and the most; 1 is right.',
    '',
    ...table(
      ['lock', ...settings],
      names.map((lock) => [lock, ...settings.map((setting) => cell(lock, setting))]),
    ),
    '![Runs per tick](plots/runs-per-tick.svg)',
    '',
  ];
}

function crashes(findings: readonly CrashFinding[]): string[] {
  return [
    '### Ticks lost by a `kill -9` of the process that runs the task',
    '',
    'A task of each ten seconds, played five times as fast on two replicas, with all leases divided by five: how many of',
    'the ticks after the interrupted one had no run.',
    '',
    ...table(
      ['lock', 'what others wait for', 'ticks lost'],
      findings.map(({ lock, setting, lost, takenOver }) => [
        lock,
        setting,
        takenOver ? (lost === 0 ? '0' : `**${lost}**`) : `**all ${lost}** that were played`,
      ]),
    ),
  ];
}

function latencies(ticks: readonly TicksFinding[]): string[] {
  const of = (latency?: Latency): string[] =>
    latency ? [`${rounded(latency.p50)} ms`, `${rounded(latency.p99)} ms`] : ['', ''];
  return [
    '### Until a replica knows, until the run starts, and what it costs',
    '',
    ...table(
      [
        'replicas',
        'task',
        'skew',
        'lock',
        'version',
        'knows, p50',
        'p99',
        'starts, p50',
        'p99',
        'queries a tick',
        'WAL a tick',
        'connections',
      ],
      ticks.map((found) => [
        String(found.replicas),
        `${found.body} ms`,
        `${found.skew} ms`,
        found.lock,
        found.version,
        ...of(found.knows),
        ...of(found.starts),
        rounded(found.queriesPerTick),
        found.walPerTick === undefined ? 'none' : `${found.walPerTick} bytes`,
        String(found.connections),
      ]),
    ),
  ];
}

/** What a tick costs the owner of a lease that is kept between ticks, and the others. */
function sticky(ticks: readonly TicksFinding[]): string[] {
  const lines = ticks.flatMap(({ lock, replicas, body, skew, apart }) =>
    apart && body === 0 && skew === 0
      ? [
          `- ${replicas} replicas: the owner knows after ${rounded(apart.owner.p50)} ms and sends ${rounded(apart.owner.queries)} queries; each of the others knows after ${rounded(apart.others.p50)} ms and sends ${rounded(apart.others.queries)} (${lock}).`,
        ]
      : [],
  );
  if (lines.length === 0) return [];
  return [
    'A lease that one replica keeps between ticks costs the owner nothing at a tick, and an update each third of the',
    'lease, ticks or not; the others ask at each tick, and what refuses them locks the row and writes WAL. A crash of the',
    'owner costs the ticks of up to a whole lease: see above.',
    '',
    ...lines,
    '',
  ];
}

function leads(findings: readonly LeadFinding[]): string[] {
  const names = [...new Set(findings.map(({ lock }) => lock))];
  const settings = [2, 8].flatMap((replicas) => [0, 500].map((skew) => ({ replicas, skew })));
  return [
    '### By how much this package is ahead of each durable peer',
    '',
    'Its median until a replica knows, as a share of the peer’s at the same tick, of which the median; below 1 it is',
    'ahead. Durable is what outlives a crash of the server that keeps it.',
    '',
    ...table(
      [
        'peer',
        ...settings.map(
          ({ replicas, skew }) => `${replicas} replicas, ${skew === 0 ? 'at once' : `within ${skew} ms`}`,
        ),
      ],
      names.map((lock) => [
        lock,
        ...settings.map(({ replicas, skew }) => {
          const found = findings.find(
            (one) => one.lock === lock && one.replicas === replicas && one.skew === skew,
          );
          return found ? rounded(found.ratio) : '';
        }),
      ]),
    ),
  ];
}

function settingOf({ replicas, body, skew }: TicksFinding): string {
  return `${replicas} replicas, task of ${body} ms, ${skew === 0 ? 'at once' : `within ${skew} ms`}`;
}
