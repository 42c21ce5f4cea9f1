import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { report } from '../chaos/report.js';
import { wholeNumber } from '../chaos/whole-number.js';
import { missingOf } from '../servers/support/programs.js';
import { FAULTS } from './faults.js';
import { PACKAGES } from './packages.js';
import { runCase } from './run-case.js';
import { MODES, Stack } from './stack/stack.js';
import { tableOf } from './table.js';
import { judge } from './verdict.js';
import type { Row } from './verdict.js';

const options = new Command('npm run test:ha --')
  .description(
    'Does to the primary of a Patroni cluster what goes wrong there, under a fleet and its checker.',
  )
  .option('--only <texts...>', 'the cases with such a text in "synchronous_mode: fault"')
  .option('--seconds <number>', 'how long a fleet runs in peace, before and after', wholeNumber(2, 3_600), 8)
  .option('--seed <number>', 'where in a second each fault comes', wholeNumber(0, 2 ** 32 - 1))
  .option('--write', 'puts the table into docs/operations/failover.md')
  .parse()
  .opts<{ only?: string[]; seconds: number; seed?: number; write?: true }>();

const print = (line: string): void => console.log(line);
const { only, seconds, seed = randomInt(2 ** 32) } = options;
const cases = MODES.flatMap((mode) => FAULTS.map((fault) => ({ mode, fault }))).filter(
  ({ mode, fault }) => only?.some((text) => `${mode}: ${fault.name}`.includes(text)) ?? true,
);
const interruption = new AbortController();
const { signal } = interruption;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

const missing = missingOf(PACKAGES);
if (missing.length > 0) {
  console.error(
    `SKIPPED  it needs Debian's packages: apt-get install --no-install-recommends ${missing.join(' ')}`,
  );
  process.exit(process.env['REQUIRE_SERVERS'] ? 1 : 0);
}
try {
  await main();
} catch (error) {
  console.error(signal.aborted ? 'interrupted' : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  print(
    `npm run test:ha -- --seconds ${seconds} --seed ${seed}${only ? ` --only "${only.join('" "')}"` : ''}`,
  );
  const stack = await Stack.start(signal);
  const rows: Row[] = [];
  try {
    for (const [nth, { mode, fault }] of cases.entries()) {
      print(
        `\n${new Date().toISOString().slice(11, 19)}  ${nth + 1} of ${cases.length}, ${mode}: ${fault.name}`,
      );
      const result = await runCase(stack, { mode, fault, seconds, seed: seed + nth, signal });
      const { row, verdict, broken } = judge(result);
      rows.push(row);
      print(report(verdict, result.evidence));
      print(tableOf([row]));
      if (broken.length === 0) await result.removeJournals();
      else {
        print(`✘ ${broken.length} promises broken. The journals are left in ${result.journalFolder}`);
        process.exitCode = 1;
      }
    }
  } catch (error) {
    if (!signal.aborted) print(`The logs are left in ${stack.keepLogs()}`);
    throw error;
  } finally {
    if (process.exitCode === 1) print(`The logs are left in ${stack.keepLogs()}`);
    await stack.end();
  }
  print(`\n${tableOf(rows)}`);
}
