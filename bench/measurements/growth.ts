import { median, quantile } from 'simple-statistics';
import type { GrowthAnswer, GrowthCommand } from '../children/growing-application.js';
import type { Effort } from '../effort.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { nextTick } from '../support/next-tick.js';

/** What a tick costs where there is more of something. */
export interface GrowthFinding {
  /** What there is more of. */
  of: 'replicas' | 'tasks';
  count: number;
  /** Milliseconds until the last claim of a tick was answered: the median, and the quartiles. */
  milliseconds: number;
  spread: [number, number];
  queriesPerTick: number;
}

/** Queries of one run as it lasts longer. */
export interface RunLengthFinding {
  /** Milliseconds. */
  run: number;
  lease: number;
  queries: number;
}

type Application = Child<GrowthCommand, GrowthAnswer>;

const TURNS = 15;
const WARM_UP = 3;
const HEAD_START = 40;
const PROCESSES = 16;
const REPLICAS = [1, 2, 4, 8, 16, 50, 100, 200];
const TASKS = [1, 10, 100, 1_000, 10_000];
const LEASE = 1_500;
const RUNS = [0, 400, 1_200, 2_400, 4_800];

/** Replicas that contend for the tick of one task: a process each up to sixteen, connections of those above. */
export async function measureReplicas({ url }: BenchDatabase, effort: Effort): Promise<GrowthFinding[]> {
  const applications = startApplications(PROCESSES);
  const findings: GrowthFinding[] = [];
  try {
    for (const count of effort.some(REPLICAS)) {
      const used = applications.slice(0, count);
      await Promise.all(
        used.map((application, index) => {
          const replicas = Math.floor(count / used.length) + (index < count % used.length ? 1 : 0);
          return application.ask({ open: { url, replicas } });
        }),
      );
      findings.push(await playTicks('replicas', count, used, 1, effort));
      await Promise.all(used.map((application) => application.ask({ close: true })));
    }
  } finally {
    await endAll(applications);
  }
  return findings;
}

/** Tasks of one replica that tick in the same second. */
export async function measureTasks({ url }: BenchDatabase, effort: Effort): Promise<GrowthFinding[]> {
  const applications = startApplications(1);
  const findings: GrowthFinding[] = [];
  try {
    await applications[0]!.ask({ open: { url, replicas: 1 } });
    for (const count of effort.some(TASKS))
      findings.push(await playTicks('tasks', count, applications, count, effort));
  } finally {
    await endAll(applications);
  }
  return findings;
}

/** A short lease stands for the minute that it is by default: a run renews it each third. */
export async function measureRunLength({ url }: BenchDatabase, effort: Effort): Promise<RunLengthFinding[]> {
  const [application] = startApplications(1);
  const findings: RunLengthFinding[] = [];
  try {
    await application!.ask({ open: { url, replicas: 1, lease: LEASE } });
    await application!.ask({ run: 0 });
    for (const run of effort.some(RUNS))
      findings.push({ run, lease: LEASE, queries: (await application!.ask({ run })).queries });
  } finally {
    await application!.end();
  }
  return findings;
}

async function playTicks(
  of: GrowthFinding['of'],
  count: number,
  applications: Application[],
  tasks: number,
  effort: Effort,
): Promise<GrowthFinding> {
  const milliseconds: number[] = [];
  const queries: number[] = [];
  const turns = effort.turns(TURNS);
  for (let turn = -WARM_UP; turn < turns; turn++) {
    const tick = nextTick();
    const fireAt = performance.timeOrigin + performance.now() + HEAD_START;
    const answers = await Promise.all(
      applications.map((application) => application.ask({ claim: { tasks, tick, fireAt } })),
    );
    const won = answers.reduce((sum, answer) => sum + answer.won, 0);
    if (won !== tasks) throw new Error(`${won} runs of ${tasks} ticks with ${count} ${of}`);
    if (turn < 0) continue;
    milliseconds.push(Math.max(...answers.map(({ answeredAfter }) => answeredAfter)));
    queries.push(answers.reduce((sum, answer) => sum + answer.queries, 0));
  }
  return {
    of,
    count,
    milliseconds: median(milliseconds),
    spread: [quantile(milliseconds, 0.25), quantile(milliseconds, 0.75)],
    queriesPerTick: median(queries),
  };
}

function startApplications(count: number): Application[] {
  return Array.from({ length: count }, () => startChild<GrowthCommand, GrowthAnswer>('growing-application'));
}

async function endAll(applications: Application[]): Promise<void> {
  await Promise.all(applications.map((application) => application.end()));
}
