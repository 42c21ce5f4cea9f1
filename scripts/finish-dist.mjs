// The end of `npm run build`: what the compiler does not write into dist/.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const TYPES = join(ROOT, 'build/types');

// Without a package.json of its own Node would read dist/cjs by the "type": "module" of the package.
writeFileSync(join(ROOT, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n');

// `require` needs declarations of its own. Of both kinds only those are copied that an entry of the package leads to.
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
for (const kind of ['import', 'require']) {
  const folder = join(ROOT, kind === 'import' ? 'dist' : 'dist/cjs');
  const entries = Object.values(exports).flatMap((entry) => entry[kind]?.types ?? []);
  for (const file of reachable(entries.map((path) => join(TYPES, relative(folder, join(ROOT, path))))))
    cpSync(file, join(folder, relative(TYPES, file)));
}

/**
 * @param {string[]} entries
 * @returns {Set<string>} the declarations that these import, and those themselves
 */
function reachable(entries) {
  const files = new Set(entries);
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
    for (const { fileName } of importedFiles)
      if (fileName.startsWith('.')) files.add(join(dirname(file), fileName.replace(/\.js$/, '.d.ts')));
  }
  return files;
}
