import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** Debian keeps servers where an ordinary user's PATH does not lead, and Postgres's in a folder a version. */
function folders(): string[] {
  return [...newestPostgresFirst(), ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
}

function newestPostgresFirst(): string[] {
  try {
    const versions = readdirSync(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
  } catch {
    return [];
  }
}

function find(program: string): string | undefined {
  return folders()
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a program is. */
export function pathOf(program: string): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return path;
}

/** A package of Debian's, and the programs of it that are started. */
export interface DebianPackage {
  name: string;
  programs: readonly string[];
}

/** Those of the packages that are not installed here. */
export function missingOf(packages: readonly DebianPackage[]): string[] {
  return packages
    .filter(({ programs }) => programs.some((program) => find(program) === undefined))
    .map(({ name }) => name);
}
