import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The programs run what docs/operations/failover.md shows. */
const FOLDER = join(process.cwd(), 'test/ha/config');

/** A configuration, with values for the names that stand in it as ${name}. */
export function fillIn(file: string, values: Readonly<Record<string, string | number>>): string {
  return readFileSync(join(FOLDER, file), 'utf8').replace(/\$\{([\w.]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} asks for "${name}", which nothing gives`);
    return String(value);
  });
}
