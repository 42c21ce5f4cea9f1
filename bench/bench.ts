import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { format } from 'prettier';
import { Effort } from './effort.js';
import { isMet } from './goal.js';
import type { Finding } from './goal.js';
import { measureCpu } from './measurements/cpu.js';
import { measureIdle } from './measurements/idle.js';
import { measureLostClaim } from './measurements/lost-claim.js';
import { measureOneRun } from './measurements/one-run.js';
import { measureStartUp } from './measurements/start-up.js';
import { measureThousandTasks } from './measurements/thousand-tasks.js';
import { measureTwoHundredClients } from './measurements/two-hundred-clients.js';
import { report } from './report.js';
import { startBenchDatabase } from './support/bench-database.js';
import type { BenchDatabase } from './support/bench-database.js';

const MEASUREMENTS: Record<string, (database: BenchDatabase, effort: Effort) => Promise<Finding[]>> = {
  'one-run': (database, effort) => measureOneRun(database, effort),
  'one-run-slow-flush': (database, effort) => measureOneRun(database, effort, 3_000),
  'lost-claim': measureLostClaim,
  'two-hundred-clients': measureTwoHundredClients,
  'thousand-tasks': measureThousandTasks,
  cpu: (_database, effort) => measureCpu(effort),
  'start-up': measureStartUp,
  idle: measureIdle,
};

const { only, smoke } = new Command('bench')
  .description('Measures what the lock costs, on a Postgres of its own, and writes bench/RESULTS.md')
  .option('--only <name>', `one of ${Object.keys(MEASUREMENTS).join(', ')}; prints and writes nothing`)
  .option('--smoke', 'two turns of each, to see that it works; prints and writes nothing')
  .parse()
  .opts<{ only?: string; smoke?: true }>();

if (only !== undefined && !(only in MEASUREMENTS))
  throw new Error(`there is no measurement "${only}", but ${Object.keys(MEASUREMENTS).join(', ')}`);

const database = await startBenchDatabase();
try {
  const findings: Finding[] = [];
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (only !== undefined && only !== name) continue;
    for (const finding of await measure(database, new Effort(smoke === true))) {
      findings.push(finding);
      const { what, figure, unit = '', goal, context } = finding;
      const verdict = goal === undefined ? '' : isMet(finding) ? `(met: ${goal})` : `(MISSED: ${goal})`;
      console.log(`${figure.toPrecision(3)} ${unit} ${verdict} ${what}; ${context}`);
    }
  }
  if (only === undefined && !smoke) {
    const text = report(findings, await database.version(), new Map());
    writeFileSync('bench/RESULTS.md', await format(text, { parser: 'markdown', printWidth: 110 }));
    console.log('written to bench/RESULTS.md');
  }
} finally {
  await database.stop();
}
