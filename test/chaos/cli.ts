import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { check } from './checker/check.js';
import { SHORTEST_RUN } from './plan.js';
import { report } from './report.js';
import { runChaos } from './run-chaos.js';
import { wholeNumber } from './whole-number.js';

const SHORTEST = SHORTEST_RUN / 1_000;

const options = new Command('npm run test:chaos --')
  .description(
    'Ten replicas under faults that a seed chooses, and a checker that reads what they wrote down.',
  )
  .option('--seconds <number>', 'how long', wholeNumber(SHORTEST, 86_400), SHORTEST)
  .option(
    '--seed <number>',
    'which faults and when; random where it is not given',
    wholeNumber(0, 2 ** 32 - 1),
  )
  .parse()
  .opts<{ seconds: number; seed?: number }>();

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

const { seconds, seed = randomInt(2 ** 32) } = options;
const print = (line: string): void => console.log(line);
try {
  print(`npm run test:chaos -- --seconds ${seconds} --seed ${seed}`);
  const { evidence, journalFolder, removeJournals } = await runChaos({
    seconds,
    seed,
    signal: interruption.signal,
    print,
  });
  const verdict = check(evidence);
  print(report(verdict, evidence));
  if (verdict.offences.length > 0) {
    print(`The journals are left in ${journalFolder}; it was seed ${seed}.`);
    process.exitCode = 1;
  } else {
    await removeJournals();
  }
} catch (error) {
  console.error(interruption.signal.aborted ? 'interrupted' : error);
  process.exitCode = 1;
}
