import { Command, InvalidArgumentError } from 'commander';
import { commandLineFor } from './command-line.js';
import { withDatabase } from './database.js';
import type { Database } from './database.js';
import { withFleet } from './fleet.js';
import type { Fleet } from './fleet.js';
import { InterruptedError, interruption } from './interruption.js';
import { Paint } from './paint.js';
import { runDashboard } from './run-dashboard.js';
import { runDemo } from './run-demo.js';
import { TASKS } from './tasks.js';
import { report } from './verdict-report.js';
import { judge } from './verdict.js';
import { count } from './words.js';

/** Shorter, it has no time for a kill and what follows. */
const SHORTEST = 15;

const program = new Command('npm run demo --')
  .description(
    'Several replicas of one Nest application: each tick runs once, also when a replica is killed.',
  )
  .option('--replicas <number>', 'how many to start; one of them is killed', wholeNumber(2, 50), 3)
  .option('--seconds <number>', 'how long they run (default: 30)', wholeNumber(1, 3_600))
  .option('--dashboard', 'let them run, with the page of their tasks, until Ctrl-C; none is killed')
  .parse();
const given = program.opts<{ replicas: number; seconds?: number; dashboard?: true }>();
const { replicas, seconds = 30, dashboard } = given;
if (!dashboard && seconds < SHORTEST)
  program.error(
    `error: option '--seconds <number>' is ${seconds}: give at least ${SHORTEST} without --dashboard`,
  );

const signal = interruption();
const paint = new Paint();
const print = (text: string): void => console.log(text);

try {
  if (dashboard) await showPage();
  else await judgeDemo();
} catch (error) {
  if (error instanceof InterruptedError) {
    process.exitCode = error.exitCode;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    console.error(paint.as('red', `✘ The demo failed: ${message}`));
    process.exitCode = 1;
  }
}

function describeTasks(): void {
  for (const { name, kind } of TASKS) print(`  ${paint.as('bold', name.padEnd(10))} ${kind}`);
  print(`  ${paint.as('bold', 'export'.padEnd(10))} debounced: a burst of calls on all replicas is one run`);
}

/** Starts Postgres and the fleet, says so, and takes all away after the work. */
function withReplicas<T>(work: (fleet: Fleet, database: Database) => Promise<T>): Promise<T> {
  return withDatabase(signal, (database) => {
    print(
      `Postgres ${database.version} (${database.origin}) is up and migrated; the replicas are starting\n`,
    );
    return withFleet(database, (fleet) => work(fleet, database));
  });
}

async function showPage(): Promise<void> {
  print(
    `${paint.as('bold', 'nestjs-task-lock')}: ${count(replicas, 'replica')}, with the page of their tasks`,
  );
  describeTasks();
  await withReplicas((fleet) => runDashboard(fleet, given, { paint, print, signal }));
}

async function judgeDemo(): Promise<void> {
  print(
    `${paint.as('bold', 'nestjs-task-lock')}: ${count(replicas, 'replica')} for ${seconds} s, one is ` +
      `killed half-way, and a task is paused; Ctrl-C ends it early`,
  );
  describeTasks();
  const evidence = await withReplicas((fleet, database) =>
    runDemo(fleet, commandLineFor(database, signal), { replicas, seconds }, { paint, print, signal }),
  );
  const verdict = judge(evidence);
  if (evidence.kills.size === 0)
    verdict.problems.push('no replica was in the middle of a long run to be killed');
  print(`\n${report(verdict, paint)}`);
  process.exitCode = verdict.problems.length === 0 ? 0 : 1;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
