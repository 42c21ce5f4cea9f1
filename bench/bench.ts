import { mkdirSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { format } from 'prettier';
import { Effort } from './effort.js';
import { isMet } from './goal.js';
import type { Finding } from './goal.js';
import { measureCpu } from './measurements/cpu.js';
import { measureReplicas, measureRunLength, measureTasks } from './measurements/growth.js';
import { measureIdle } from './measurements/idle.js';
import { measureLostClaim } from './measurements/lost-claim.js';
import { measureOneRun } from './measurements/one-run.js';
import { measureOperate } from './measurements/operate.js';
import { measurePeers } from './measurements/peers.js';
import { measureRequest } from './measurements/request.js';
import { measureStartUp } from './measurements/start-up.js';
import { measureTelemetry } from './measurements/telemetry.js';
import { measureThousandTasks } from './measurements/thousand-tasks.js';
import { measureTwoHundredClients } from './measurements/two-hundred-clients.js';
import { drawPlots } from './plots.js';
import { report } from './report.js';
import type { Results } from './report.js';
import { startBenchDatabase } from './support/bench-database.js';
import type { BenchDatabase } from './support/bench-database.js';

type Measure<T> = (database: BenchDatabase, effort: Effort) => Promise<T[]>;

const FINDINGS: Record<string, Measure<Finding>> = {
  'one-run': (database, effort) => measureOneRun(database, effort),
  'one-run-slow-flush': (database, effort) => measureOneRun(database, effort, 3_000),
  'lost-claim': measureLostClaim,
  'two-hundred-clients': measureTwoHundredClients,
  'thousand-tasks': measureThousandTasks,
  cpu: (_database, effort) => measureCpu(effort),
  'start-up': measureStartUp,
  request: measureRequest,
  idle: measureIdle,
  telemetry: (_database, effort) => measureTelemetry(effort),
};
const NAMES = [...Object.keys(FINDINGS), 'operate', 'peers', 'replicas', 'tasks', 'run-length'];

const { only, smoke } = new Command('bench')
  .description('Measures what the lock costs, on a Postgres of its own, and writes bench/RESULTS.md')
  .option('--only <name>', `one of ${NAMES.join(', ')}; prints and writes nothing`)
  .option('--smoke', 'a little of each, to see that it works; prints and writes nothing')
  .parse()
  .opts<{ only?: string; smoke?: true }>();

if (only !== undefined && !NAMES.includes(only))
  throw new Error(`there is no measurement "${only}", but ${NAMES.join(', ')}`);

const database = await startBenchDatabase();
try {
  const effort = new Effort(smoke === true);
  const take = async <T>(name: string, measure: Measure<T>, describe: (found: T) => string): Promise<T[]> => {
    if (only !== undefined && only !== name) return [];
    console.log(`\n${name}`);
    const found = await measure(database, effort);
    for (const one of found) console.log(`  ${describe(one)}`);
    return found;
  };
  const results: Results = { findings: [], operate: [], peers: [], growth: [], runLength: [] };
  for (const [name, measure] of Object.entries(FINDINGS))
    results.findings.push(...(await take(name, measure, describeFinding)));
  results.operate = await take('operate', measureOperate, describeFinding);
  results.peers = await take('peers', measurePeers, (found) => JSON.stringify(found));
  results.growth = [
    ...(await take('replicas', measureReplicas, (found) => JSON.stringify(found))),
    ...(await take('tasks', measureTasks, (found) => JSON.stringify(found))),
  ];
  results.runLength = await take('run-length', measureRunLength, (found) => JSON.stringify(found));
  if (only === undefined) {
    const plots = await drawPlots(results);
    const text = await format(report(results, await database.version()), {
      parser: 'markdown',
      printWidth: 110,
    });
    if (!smoke) {
      mkdirSync('bench/plots', { recursive: true });
      for (const [file, svg] of Object.entries(plots)) writeFileSync(`bench/plots/${file}`, svg);
      writeFileSync('bench/RESULTS.md', text);
      console.log('\nwritten to bench/RESULTS.md');
    }
  }
} finally {
  await database.stop();
}

function describeFinding(finding: Finding): string {
  const { what, figure, unit = '', goal, spread, context } = finding;
  const quartiles = spread && !unit ? `(${spread.map((each) => each.toPrecision(3)).join(' to ')}) ` : '';
  const verdict = goal === undefined ? '' : isMet(finding) ? `(met: ${goal})` : `(MISSED: ${goal})`;
  return `${figure.toPrecision(3)} ${unit} ${quartiles}${verdict} ${what}; ${context}`;
}
