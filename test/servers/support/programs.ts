import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';

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

/** A package of Debian's, and the programs of it that a suite starts. */
export interface DebianPackage {
  name: string;
  programs: readonly string[];
}

/**
 * A suite that needs servers. Where one is not installed it is skipped and one line says why; with REQUIRE_SERVERS
 * that is an error, so that a run that has to prove something cannot pass by skipping it.
 */
export function describeWith(packages: readonly DebianPackage[], name: string, suite: () => void): void {
  const missing = packages.filter(({ programs }) => programs.some((program) => find(program) === undefined));
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const reason = `needs Debian's ${missing.map((each) => each.name).join(' and ')}, not found here`;
  if (process.env['REQUIRE_SERVERS']) throw new Error(`"${name}" ${reason}`);
  process.stderr.write(`SKIPPED  "${name}": ${reason}\n`);
  describe.skip(name, suite);
}
