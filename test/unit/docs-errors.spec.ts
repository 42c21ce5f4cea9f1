import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** Texts of others, and ours that are put together from parts; tests of their own hold the latter. */
const ELSEWHERE: readonly string[] = [
  "Nest can't resolve dependencies of the Jobs",
  'Cron Job with the given name (…) already exists',
  "Cannot find package '@opentelemetry/api'",
  'EADDRINUSE',
  'the application has no TypeORM data source',
  'was made by an older version',
  'the role … lacks UPDATE on the lock table …',
  "'…' is the name of the cron job of … already",
  'The metadata of @Cron cannot be read',
  'The release of "…" failed, it is repeated until the lease ends',
  '"…" is still running after its interval of …',
  "The clock of this replica is at least … ms ahead of the database's",
  "behind the database's",
  'no database is given: set TASK_LOCK_DATABASE_URL or DATABASE_URL',
];

/** The source, with each text in one piece and `…` where a value stands. */
const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n')
  .replace(/\\'/g, "'")
  .replace(/['`"]\s*\+\s*['`"]/g, '')
  .replace(/\$\{[^}]*\}/g, '…');

/** The longest part of a text that holds no value. */
function fixedPart(text: string): string {
  const parts = text.split(/…|'[^']*'|"[^"]*"|\d+\w*|Jobs(?:\.\w+)?|[()]/).map((part) => part.trim());
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

const [, , ...tables] = readFileSync('docs/reference/errors.md', 'utf8').split(/^## /m);
const texts = tables
  .join('')
  .split('\n')
  .flatMap((line) =>
    [...(/^\| (.*?) +\| /.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
  )
  .filter((text) => !text.startsWith('nest ') && !text.startsWith('@Cron'));

test('The errors page lists texts as the package says them', () => {
  const ours = texts.filter((text) => !ELSEWHERE.includes(text));
  expect(ours.length).toBeGreaterThan(30);
  expect(ours.filter((text) => !source.includes(fixedPart(text)))).toEqual([]);
});
