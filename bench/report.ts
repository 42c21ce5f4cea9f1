import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isMet } from './goal.js';
import type { Finding } from './goal.js';
import type { CapacityFinding } from './measurements/capacity.js';
import type { GrowthFinding, RunLengthFinding } from './measurements/growth.js';
import type { PeerFinding } from './measurements/peers.js';
import { peersReport } from './peers-report.js';
import { reasonOf } from './reasons.js';
import { rounded, table } from './tables.js';

/** All that one run of the bench has measured. */
export interface Results {
  /** What users feel. */
  felt: Finding[];
  capacity: CapacityFinding[];
  /** What has goals, and what helps to read it. */
  ratios: Finding[];
  context: Finding[];
  peers: PeerFinding[];
  growth: GrowthFinding[];
  runLength: RunLengthFinding[];
}

/** The results as they are kept in `bench/RESULTS.md`, of a run of so many minutes. */
export function report(results: Results, postgres: string, minutes: number): string {
  return [
    '# Measurements',
    '',
    `\`npm run bench\` wrote this file, in ${minutes} minutes. All of it shares two cores: Postgres, the replicas and the bench.`,
    '',
    ...felt(results),
    ...goals(withGoals(results)),
    ...peersReport(results.peers),
    ...growth(results),
    ...machine(postgres),
    '',
  ].join('\n');
}

/** The ratios, those to the peers too, and what helps to read them. */
export function withGoals({ ratios, context, peers }: Results): Finding[] {
  return [...ratios, ...context, ...peers.filter((found) => found.of === 'goal')];
}

function felt({ felt: findings, capacity }: Results): string[] {
  const counts = [...new Set(capacity.map(({ replicas }) => replicas))];
  const cells = (replicas: number, spread: boolean): string[] => {
    const found = capacity.find((each) => each.replicas === replicas && each.spread === spread);
    if (found === undefined) return ['', '', ''];
    const { tasks, serverCores } = found;
    return [
      String(tasks),
      String(tasks * replicas),
      Number.isFinite(serverCores) ? serverCores!.toFixed(1) : '',
    ];
  };
  return [
    '## What users feel',
    '',
    ...findingsTable(findings),
    'How many tasks a second so many replicas may all have, each task due every second, until the last start of four',
    'seconds is a second late. The replicas are whole Nest applications with a connection each, in four processes at most:',
    'they share the two cores with Postgres, so a server of its own carries more. The columns of cores say what Postgres',
    'used of the two.',
    '',
    ...table(
      [
        'replicas',
        'tasks a second, all due at the full second',
        'claims a second',
        'cores of Postgres',
        'tasks a second, each in a moment of its own',
        'claims a second',
        'cores of Postgres',
      ],
      counts.map((replicas) => [String(replicas), ...cells(replicas, false), ...cells(replicas, true)]),
    ),
    '![Capacity](plots/capacity.svg)',
    '',
  ];
}

function goals(findings: readonly Finding[]): string[] {
  const missed = findings.filter((finding) => !isMet(finding));
  return [
    '## Ratios, and their goals',
    '',
    'All sides of a ratio are measured in turns (A B C C B A …) in one run; a figure is the median of the ratios of',
    'neighbours, the spread their quartiles. A row ends early once its median has settled. Times in milliseconds are',
    'context: they hold for one machine, and one day. V8 is warm, unless a row says how many runs it is after.',
    '',
    ...findingsTable(findings),
    ...(missed.length > 0
      ? [
          '### Missed',
          '',
          ...missed.map((finding) => `- ${finding.what}: ${reasonOf(finding, findings, shown)}`),
          '',
        ]
      : []),
  ];
}

function findingsTable(findings: readonly Finding[]): string[] {
  return table(
    ['what', 'figure', 'spread', 'goal', '', 'context'],
    findings.map((finding) => [
      finding.what,
      shown(finding),
      finding.spread ? finding.spread.map(rounded).join(' to ') : '',
      finding.goal === undefined ? '' : `≤ ${finding.goal}${unitOf(finding)}`,
      finding.goal === undefined ? '' : isMet(finding) ? 'met' : '**missed**',
      finding.context,
    ]),
  );
}

function growth({ growth: findings, runLength }: Results): string[] {
  return [
    '## How the cost grows',
    '',
    'Until the last claim of a tick was answered. Replicas are a process each up to sixteen, and connections of sixteen',
    'processes above; tasks tick in the same second in one replica.',
    '',
    ...table(
      ['of', 'count', 'last answer', 'spread', 'queries a tick'],
      findings.map(({ of, count, milliseconds, spread, queriesPerTick }) => [
        of,
        String(count),
        `${rounded(milliseconds)} ms`,
        `${spread.map(rounded).join(' to ')} ms`,
        String(queriesPerTick),
      ]),
    ),
    'A run costs a claim and a release; it renews its lease each third of it.',
    '',
    ...table(
      ['run', 'lease', 'queries'],
      runLength.map(({ run, lease, queries }) => [`${run} ms`, `${lease} ms`, String(queries)]),
    ),
    '![Growth](plots/growth.svg)',
    '',
  ];
}

export function machine(postgres: string): string[] {
  const versions = ['@nestjs/core', '@nestjs/schedule', 'typeorm', 'pg'].map(
    (name) => `${name} ${versionOf(name)}`,
  );
  return [
    '## Machine',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'an unknown processor'}, ${process.platform} ${process.arch}`,
    `- Node ${process.versions.node}, Postgres ${postgres}`,
    `- ${versions.join(', ')}`,
  ];
}

function shown(finding: Finding): string {
  return `${rounded(finding.figure)}${unitOf(finding)}`;
}

function unitOf({ unit }: Finding): string {
  return unit === undefined ? '' : ` ${unit}`;
}

function versionOf(name: string): string {
  const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
