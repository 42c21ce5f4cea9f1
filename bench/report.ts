import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isMet } from './goal.js';
import type { Finding } from './goal.js';
import type { GrowthFinding, RunLengthFinding } from './measurements/growth.js';
import type { PeerFinding } from './measurements/peers.js';
import { peersReport } from './peers-report.js';
import { REASONS } from './reasons.js';
import { rounded, table } from './tables.js';

/** All that one run of the bench has measured. */
export interface Results {
  findings: Finding[];
  operate: Finding[];
  peers: PeerFinding[];
  growth: GrowthFinding[];
  runLength: RunLengthFinding[];
}

/** The results as they are kept in `bench/RESULTS.md`. */
export function report(results: Results, postgres: string): string {
  return [
    ...goals([...results.findings, ...results.peers.filter((found) => found.of === 'goal')]),
    ...operate(results.operate),
    ...peersReport(results.peers),
    ...growth(results),
    ...machine(postgres),
    '',
  ].join('\n');
}

function goals(findings: readonly Finding[]): string[] {
  const missed = findings.filter((finding) => !isMet(finding));
  return [
    '# Measurements',
    '',
    '`npm run bench` wrote this file. Both sides of a ratio are measured in turns (A B B A …) in one run; a figure is the',
    'median of the ratios of neighbours, the spread their quartiles. Times in milliseconds are context: they hold for one',
    'machine, and one day.',
    '',
    ...findingsTable(findings),
    ...(missed.length > 0
      ? [
          '## Missed',
          '',
          ...missed.map(({ what }) => `- ${what}: ${REASONS.get(what) ?? 'no reason is known yet'}`),
          '',
        ]
      : []),
  ];
}

/** In a section of their own: `npm run bench -- --only operate` takes them alone. */
export function operate(findings: readonly Finding[]): string[] {
  return [
    '## What it costs to see and steer',
    '',
    '`npm run bench -- --only operate` takes these alone. Each statement is beside its twin without the tables of',
    'operating, which is what a store sends where those tables are missing.',
    '',
    ...findingsTable(findings),
  ];
}

function findingsTable(findings: readonly Finding[]): string[] {
  return table(
    ['what', 'figure', 'spread', 'goal', '', 'context'],
    findings.map((finding) => [
      finding.what,
      `${rounded(finding.figure)}${unitOf(finding)}`,
      finding.spread && !finding.unit ? finding.spread.map(rounded).join(' to ') : '',
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

function machine(postgres: string): string[] {
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

function unitOf({ unit }: Finding): string {
  return unit === undefined ? '' : ` ${unit}`;
}

function versionOf(name: string): string {
  const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
