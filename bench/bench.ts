import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { format } from 'prettier';
import { Effort } from './effort.js';
import { isMet } from './goal.js';
import type { Finding } from './goal.js';
import { LONG, WHOLE_WEEK } from './long.js';
import { measureCapacity } from './measurements/capacity.js';
import { measureCpu, measureRuntimes } from './measurements/cpu.js';
import { measureEvents } from './measurements/events.js';
import { measureReplicas, measureRunLength, measureTasks } from './measurements/growth.js';
import { measureIdle } from './measurements/idle.js';
import { measureIdleReplica } from './measurements/idle-replica.js';
import { measureLostClaim } from './measurements/lost-claim.js';
import { measureOneRun } from './measurements/one-run.js';
import { measureOperate } from './measurements/operate.js';
import { measurePeers } from './measurements/peers.js';
import { measureRequest } from './measurements/request.js';
import { measureSlowTicks } from './measurements/slow-ticks.js';
import { measureStartUp } from './measurements/start-up.js';
import { measureTelemetry } from './measurements/telemetry.js';
import { measureThousandTasks } from './measurements/thousand-tasks.js';
import { measureTwoHundredClients } from './measurements/two-hundred-clients.js';
import { drawPlots } from './plots.js';
import { unmeasured } from './reasons.js';
import { report, withGoals } from './report.js';
import type { Results } from './report.js';
import { startBenchDatabase } from './support/bench-database.js';
import type { BenchDatabase } from './support/bench-database.js';

type Measure<T> = (database: BenchDatabase, effort: Effort) => Promise<T[]>;

/** What users feel: the head of the results. */
const FELT: Record<string, Measure<Finding>> = {
  'slow-ticks': measureSlowTicks,
  'idle-replica': measureIdleReplica,
  'start-up': measureStartUp,
};
/** The ratios that have goals: `--quick` takes these alone. */
const RATIOS: Record<string, Measure<Finding>> = {
  'one-run': measureOneRun,
  'lost-claim': measureLostClaim,
  'thousand-tasks': measureThousandTasks,
  'two-hundred-clients': measureTwoHundredClients,
  cpu: (_database, effort) => measureCpu(effort),
  request: measureRequest,
  events: (_database, effort) => measureEvents(effort),
  telemetry: (_database, effort) => measureTelemetry(effort),
  operate: measureOperate,
};
const CONTEXT: Record<string, Measure<Finding>> = {
  runtimes: (_database, effort) => measureRuntimes(effort),
  idle: measureIdle,
};
const NAMES = [
  ...[RATIOS, FELT, CONTEXT].flatMap((measurements) => Object.keys(measurements)),
  ...['capacity', 'peers', 'replicas', 'tasks', 'run-length'],
];

const LONG_NAMES = Object.keys(LONG) as (keyof typeof LONG)[];

const { only, quick, smoke, minutes } = new Command('bench')
  .description('Measures what the lock costs, on a Postgres of its own, and writes bench/RESULTS.md')
  .option(
    '--only <names...>',
    `some of ${NAMES.join(', ')}, which print and write nothing; or ${LONG_NAMES.join(', ')}, which no other run takes: ` +
      'scale (10 minutes) writes bench/SCALE.md, and week (an hour) bench/WEEK.md',
  )
  .option(
    '--minutes <minutes>',
    `how much of the week's hour is played; less than ${WHOLE_WEEK} writes nothing`,
  )
  .option('--quick', 'the ratios that have goals, in two minutes; prints and writes nothing')
  .option('--smoke', 'a little of each, to see that it works; prints and writes nothing')
  .parse()
  .opts<{ only?: string[]; quick?: true; smoke?: true; minutes?: string }>();

const all = [...NAMES, ...LONG_NAMES];
const unknown = only?.find((name) => !all.includes(name));
if (unknown !== undefined) throw new Error(`there is no measurement "${unknown}", but ${all.join(', ')}`);
const wanted = only ?? (quick ? Object.keys(RATIOS) : NAMES);

// Installs them: most measurements need neither.
const parts = ['peers', 'runtimes'].filter(
  (part) => wanted.includes(part) || (part === 'peers' && wanted.includes('week')),
);
if (parts.length > 0) execFileSync(process.execPath, ['bench/build.mjs', ...parts], { stdio: 'inherit' });

for (const name of LONG_NAMES.filter((long) => wanted.includes(long))) {
  console.log(`\n${name}`);
  await LONG[name]({ smoke: smoke === true, minutes: Number(minutes ?? WHOLE_WEEK) });
}
if (!wanted.some((name) => NAMES.includes(name))) process.exit();

const database = await startBenchDatabase();
try {
  const effort = new Effort(smoke ? 'smoke' : quick ? 'quick' : 'whole');
  const take = async <T>(name: string, measure: Measure<T>, describe: (found: T) => string): Promise<T[]> => {
    if (!wanted.includes(name)) return [];
    const start = performance.now();
    console.log(`\n${name}`);
    const found = await measure(database, effort);
    for (const one of found) console.log(`  ${describe(one)}`);
    console.log(`  (${((performance.now() - start) / 1_000).toFixed(0)} s)`);
    return found;
  };
  const takeAll = async (measurements: Record<string, Measure<Finding>>): Promise<Finding[]> => {
    const findings: Finding[] = [];
    for (const [name, measure] of Object.entries(measurements))
      findings.push(...(await take(name, measure, describeFinding)));
    return findings;
  };
  const inFull = (found: object): string => JSON.stringify(found);
  const results: Results = {
    ratios: await takeAll(RATIOS),
    felt: await takeAll(FELT),
    context: await takeAll(CONTEXT),
    capacity: await take('capacity', measureCapacity, inFull),
    peers: await take('peers', measurePeers, inFull),
    growth: [
      ...(await take('replicas', measureReplicas, inFull)),
      ...(await take('tasks', measureTasks, inFull)),
    ],
    runLength: await take('run-length', measureRunLength, inFull),
  };
  if (wanted === NAMES) {
    const renamed = unmeasured(withGoals(results));
    if (renamed.length > 0)
      console.warn(`\nbench/reasons.ts names rows that are not there: ${renamed.join('; ')}`);
    const minutes = Math.ceil(performance.now() / 60_000);
    const plots = await drawPlots(results);
    const text = await format(report(results, await database.version(), minutes), {
      parser: 'markdown',
      printWidth: 110,
    });
    if (!smoke) {
      mkdirSync('bench/plots', { recursive: true });
      for (const [file, svg] of Object.entries(plots)) writeFileSync(`bench/plots/${file}`, svg);
      writeFileSync('bench/RESULTS.md', text);
      console.log(`\nwritten to bench/RESULTS.md, after ${minutes} minutes`);
    }
  }
} finally {
  await database.stop();
}

function describeFinding(finding: Finding): string {
  const { what, figure, unit = '', goal, spread, context } = finding;
  const quartiles = spread ? `(${spread.map((each) => each.toPrecision(3)).join(' to ')}) ` : '';
  const verdict = goal === undefined ? '' : isMet(finding) ? `(met: ${goal})` : `(MISSED: ${goal})`;
  return `${figure.toPrecision(3)} ${unit} ${quartiles}${verdict} ${what}; ${context}`;
}
