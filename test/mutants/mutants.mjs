// Reads all mutants. `x.mutants.cjs` stands beside the `x.ts` that it breaks. The mutants of `migrations/` stand in
// test/mutants/migrations/, because applications load that folder's build by a glob.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseSync } from '@swc/core';

const require = createRequire(import.meta.url);
const HERE = 'test/mutants/';
const ENDING = '.mutants.cjs';

/**
 * One change that must make a test fail.
 *
 * @typedef {object} Mutant
 * @property {string} id what it is printed as
 * @property {string} file the source file
 * @property {string} find the text to replace, which stands exactly once in the file
 * @property {string} replace
 * @property {string[]} suites the specs that must notice, the likeliest first; a folder tells two of one name apart
 * @property {string} [scenario] the test that is run first, where its suite is slow: a part of its name
 */

/** @returns {Mutant[]} */
export function readMutants() {
  return ['src', 'test/mutants']
    .flatMap((folder) => filesIn(folder, ENDING))
    .flatMap((path) => {
      const file = sourceOf(path);
      return Object.entries(require(`../../${path}`)).flatMap(([rule, of]) =>
        of.map((mutant, index) => ({ ...mutant, file, id: `${file}: ${rule} (${index + 1})` })),
      );
    });
}

/** The source file that a file of mutants is for; every other file is its own. */
export function sourceOf(path) {
  if (!path.endsWith(ENDING)) return path;
  return path.replace(HERE, '').replace(ENDING, '.ts');
}

/** The paths of a mutant's suites. */
export function suitesOf({ suites }) {
  return suites.map((name) => {
    const found = specs().filter((path) => path.endsWith(`/${name}.ts`));
    if (found.length !== 1) throw new Error(`${found.length} suites are called ${name}`);
    return found[0];
  });
}

/** Why a mutant cannot be run, if it cannot: a change of its source or its suites has outdated it. */
export function problemOf(mutant) {
  const { file, find, replace } = mutant;
  try {
    const parts = readFileSync(file, 'utf8').split(find);
    if (parts.length !== 2) return `its text stands ${parts.length - 1} times in the file`;
    parseSync(parts.join(replace), { syntax: 'typescript', decorators: true });
    suitesOf(mutant);
    return undefined;
  } catch (error) {
    return String(error?.message ?? error);
  }
}

let cachedSpecs;
function specs() {
  return (cachedSpecs ??= filesIn('test', '.spec.ts'));
}

function filesIn(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(ending) && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`)
    .sort();
}
