import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { versionOf } from '../servers/support/version.js';
import { tableOf } from './table.js';
import type { Row } from './verdict.js';

export const PAGE = 'docs/operations/failover.md';
const [BEGIN, END] = ['<!-- begin npm run test:ha -->', '<!-- end npm run test:ha -->'];

const PROGRAMS = [
  ['Patroni', 'patroni', '--version'],
  ['etcd', 'etcd', '--version'],
  ['HAProxy', 'haproxy', '-v'],
  ['pgbouncer', 'pgbouncer', '--version'],
  ['Postgres', 'postgres', '--version'],
] as const;

/** Puts what a whole run found into the page, with the versions that it ran on. */
export async function writeResults(rows: readonly Row[], date: Date): Promise<void> {
  const versions = PROGRAMS.map(([name, program, flag]) => `${name} ${versionOf(program, flag)}`);
  const on = `${date.toISOString().slice(0, 10)}, on ${versions.slice(0, -1).join(', ')} and ${versions.at(-1)}:`;
  const page = withResults(readFileSync(PAGE, 'utf8'), `Measured on ${on}\n\n${tableOf(rows)}`);
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
}

/** The page with other results between its two marks. */
export function withResults(page: string, results: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} lacks "${BEGIN}" or "${END}" after it`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${page.slice(end)}`;
}
