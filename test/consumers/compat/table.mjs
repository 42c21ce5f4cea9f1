import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/processes.mjs';
import { ROOT, tool } from '../support/trial.mjs';
import { MATRIX } from './cells.mjs';

const PAGE = join(ROOT, 'docs/operations/compatibility.md');
const PLACE = /(<!-- matrix -->\n)[^]*?(<!-- \/matrix -->)/;

/**
 * @typedef {object} Row
 * @property {import('./cells.mjs').Cell} cell
 * @property {Record<string, string>} versions as they were installed
 * @property {boolean} passed
 */

/**
 * Writes what ran into docs/operations/compatibility.md.
 *
 * @param {readonly Row[]} rows
 * @param {number} minutes
 */
export async function writeTable(rows, minutes) {
  const lines = rows.map(({ cell, versions, passed }) => {
    const { modules } = MATRIX.applications[cell.application] ?? {};
    const cells = [versions.node, versions.postgres, versions.nest, modules, versions.typeorm];
    return `| ${[...cells, passed ? 'passed' : '**failed**'].join(' | ')} |`;
  });
  const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const passed = rows.filter((row) => row.passed).length;
  const text = [
    `\`npm run test:compat\` wrote this table on ${day}, in ${minutes} minutes: ${passed} of ${rows.length} passed.`,
    '',
    '| Node | Postgres | NestJS | modules | TypeORM | result |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
  const page = await readFile(PAGE, 'utf8');
  if (!PLACE.test(page))
    throw new Error(`${PAGE} has no place for the table: <!-- matrix --> … <!-- /matrix -->`);
  await writeFile(
    PAGE,
    page.replace(PLACE, (_, start, end) => `${start}\n${text}\n\n${end}`),
  );
  await run(tool('prettier'), ['--write', PAGE], { cwd: ROOT });
}
