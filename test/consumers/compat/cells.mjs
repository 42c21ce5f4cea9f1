import { readFileSync } from 'node:fs';

/**
 * One combination of versions.
 *
 * @typedef {{ node: string, postgres: string, application: string, typeorm: string }} Cell
 */

/**
 * An application: how it is compiled, and its packages of Nest.
 *
 * @typedef {{ modules: 'CommonJS' | 'ES modules', nest: Record<string, string>, typescript: string }} Application
 */

/**
 * Each axis with the versions that are installed for its values, and the combinations.
 *
 * @type {{
 *   node: Record<string, string>,
 *   postgres: Record<string, string>,
 *   typeorm: Record<string, string>,
 *   applications: Record<string, Application>,
 *   cells: Cell[],
 * }}
 */
export const MATRIX = JSON.parse(readFileSync(new URL('cells.json', import.meta.url), 'utf8'));

export const CELLS = MATRIX.cells;

/** @param {Cell} cell */
export function nameOf({ node, postgres, application, typeorm }) {
  return `node${node}-postgres${postgres}-${application}-typeorm${typeorm}`;
}
