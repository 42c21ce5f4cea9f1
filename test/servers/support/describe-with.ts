import { describe } from '@jest/globals';
import { missingOf } from './programs.js';
import type { DebianPackage } from './programs.js';

/**
 * A suite that needs servers. Where one is not installed it is skipped and one line says why; with REQUIRE_SERVERS
 * that is an error, so that a run that has to prove something cannot pass by skipping it.
 */
export function describeWith(packages: readonly DebianPackage[], name: string, suite: () => void): void {
  const missing = missingOf(packages);
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const reason = `needs Debian's ${missing.join(' and ')}, not found here`;
  if (process.env['REQUIRE_SERVERS']) throw new Error(`"${name}" ${reason}`);
  process.stderr.write(`SKIPPED  "${name}": ${reason}\n`);
  describe.skip(name, suite);
}
