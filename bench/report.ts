import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isMet } from './goal.js';
import type { Finding } from './goal.js';

/** The results as they are kept in `bench/RESULTS.md`. */
export function report(
  findings: readonly Finding[],
  postgres: string,
  reasons: ReadonlyMap<string, string>,
): string {
  const rows = findings.map((finding) => {
    const goal = finding.goal === undefined ? '' : `≤ ${finding.goal}${unitOf(finding)}`;
    const met = finding.goal === undefined ? '' : isMet(finding) ? 'met' : '**missed**';
    const spread = finding.spread && !finding.unit ? finding.spread.map(rounded).join(' to ') : '';
    const figure = `${rounded(finding.figure)}${unitOf(finding)}`;
    return `| ${[finding.what, figure, spread, goal, met, finding.context].join(' | ')} |`;
  });
  const missed = findings.filter((finding) => !isMet(finding));
  return [
    '# Measurements',
    '',
    '`npm run bench` wrote this file. Both sides of a ratio are measured in turns (A B B A …) in one run; a figure is the',
    'median of the ratios of neighbours, the spread their quartiles. Times in the last column are context: they hold for',
    'one machine, and one day.',
    '',
    '| what | figure | spread | goal | | context |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(missed.length > 0
      ? [
          '## Missed',
          '',
          ...missed.map(({ what }) => `- ${what}: ${reasons.get(what) ?? 'no reason is known yet'}`),
          '',
        ]
      : []),
    '## Machine',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? 'an unknown processor'}, ${process.platform} ${process.arch}`,
    `- Node ${process.versions.node}, Postgres ${postgres}`,
    `- ${['@nestjs/core', '@nestjs/schedule', 'typeorm', 'pg'].map((name) => `${name} ${versionOf(name)}`).join(', ')}`,
    '',
  ].join('\n');
}

function rounded(figure: number): string {
  return Number(figure.toPrecision(3)).toString();
}

function unitOf({ unit }: Finding): string {
  return unit === undefined ? '' : ` ${unit}`;
}

function versionOf(name: string): string {
  const manifest = readFileSync(`node_modules/${name}/package.json`, 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
