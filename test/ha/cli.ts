import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { report } from '../chaos/report.js';
import { wholeNumber } from '../chaos/whole-number.js';
import { missingOf } from '../servers/support/programs.js';
import { FAULTS } from './faults.js';
import { PACKAGES } from './packages.js';
import { PAGE, writeResults } from './results.js';
import { runCases } from './run-cases.js';
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
  .parse()
  .opts<{ only?: string[]; seconds: number; seed?: number }>();

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
  let broken = 0;
  try {
    const crew = await runCases(stack, cases, {
      ...{ seconds, seed, signal, print },
      onResult: (result) => {
        const judged = judge(result);
        rows.push(judged.row);
        broken += judged.broken.length;
        print(report(judged.verdict, result.evidence));
        print(tableOf([judged.row]));
      },
    });
    if (broken === 0) await crew.removeJournals();
    else print(`✘ ${broken} promises broken. Journals: ${crew.journalFolder}; logs: ${stack.keepLogs()}`);
  } catch (error) {
    if (!signal.aborted) print(`The logs are left in ${stack.keepLogs()}`);
    throw error;
  } finally {
    await stack.end();
  }
  print(`\n${tableOf(rows)}`);
  if (broken > 0) process.exitCode = 1;
  else if (!only) {
    await writeResults(rows, new Date());
    print(`written to ${PAGE}`);
  }
}
