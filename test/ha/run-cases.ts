import { setTimeout as delay } from 'node:timers/promises';
import { SETTLING } from '../chaos/checker/check.js';
import { Crew } from '../chaos/crew.js';
import type { Commit, Evidence, Fault } from '../chaos/evidence.js';
import { createFleetTables, query, readCommits } from '../chaos/fleet-tables.js';
import { SeededRandom } from '../chaos/random.js';
import { LEASE, TASKS } from '../chaos/tasks.js';
import { trueNow } from '../chaos/true-clock.js';
import type { NodeFault } from './faults.js';
import { Probe, PROBE_TABLE, sightOf, slowTimes } from './probe.js';
import type { Sight } from './probe.js';
import { sliceOf } from './slice.js';
import { eventually } from './stack/eventually.js';
import type { Mode, Stack } from './stack/stack.js';
import { REPLICAS } from './verdict.js';

/** Half of the replicas come through the one, half through the other. */
const THROUGH = ['haproxy', 'pgbouncer'] as const;
const DATABASE = 'fleet';
/** How long after the new primary's first answer a tick may be missed at most. */
const AFTERMATH = LEASE + Math.max(...TASKS.map(({ every }) => every));

/** Seconds: what no failover of this cluster takes, also on a busy machine. */
const LONGEST = 180;

/** One fault under one setting of `synchronous_mode`. */
export interface Case {
  mode: Mode;
  fault: NodeFault;
}

export interface CaseResult extends Case {
  /** From the time in peace before the fault to the end of that after it. */
  evidence: Evidence;
  /** What a client saw through HAProxy, and one through pgbouncer. */
  sights: Readonly<Record<(typeof THROUGH)[number], Sight>>;
}

export interface Options {
  /** How long the fleet runs in peace before each fault and after its aftermath. */
  seconds: number;
  seed: number;
  signal: AbortSignal;
  print: (line: string) => void;
  /** Is told of each case as soon as it is over. */
  onResult: (result: CaseResult) => void;
}

/** Does one thing after another to the primary, under one fleet. Answers where the fleet's journals are. */
export async function runCases(stack: Stack, cases: readonly Case[], options: Options): Promise<Crew> {
  const { seed, signal, print, onResult } = options;
  await query(stack.url('postgres', 'haproxy'), `CREATE DATABASE ${DATABASE}`);
  const urls = THROUGH.map((through) => stack.url(DATABASE, through));
  await createFleetTables(urls[0]!);
  await query(urls[0]!, PROBE_TABLE);
  const clocks = Array.from({ length: REPLICAS }, () => 0);
  const crew = new Crew(urls, clocks, () => false);
  const random = new SeededRandom(seed);
  const probes = urls.map((url) => new Probe(url));
  const faults: Fault[] = [];
  try {
    await crew.startInTurns();
    for (const [nth, each] of cases.entries()) {
      await stack.replicate(each.mode);
      const time = new Date().toISOString().slice(11, 19);
      print(`\n${time}  ${nth + 1} of ${cases.length}, ${each.mode}: ${each.fault.name}`);
      const from = trueNow();
      const { recorded, sights } = await runCase(stack, each, probes, random, options);
      const to = trueNow();
      faults.push(recorded, ...probes.flatMap(({ attempts }) => slowTimes(attempts, recorded)));
      // Before the commits: a run that has ended by now has committed.
      const lines = crew.journal();
      const commits = await commitsBy(urls[0]!, signal);
      const all = { tasks: TASKS, lines, commits, troubles: crew.troubles, faults, from, to };
      const evidence = sliceOf(all, from, to);
      onResult({ ...each, evidence, sights });
      for (const { attempts } of probes) attempts.length = 0;
    }
    await crew.end();
    return crew;
  } catch (error) {
    await crew.end();
    await crew.removeJournals();
    throw error;
  } finally {
    await Promise.all(probes.map((probe) => probe.end()));
  }
}

async function runCase(
  stack: Stack,
  { fault }: Case,
  probes: readonly Probe[],
  random: SeededRandom,
  { seconds, signal }: Options,
): Promise<{ recorded: Fault; sights: CaseResult['sights'] }> {
  // Anywhere in a second: amid the claims, the runs or the releases of its ticks.
  await delay(seconds * 1_000 + random.between(0, 1_000), undefined, { signal });
  const node = await stack.primary();
  const from = trueNow();
  const sight = (nth: number): Sight | undefined => sightOf(probes[nth]!.attempts, from);
  await Promise.all([
    fault.inflict(node),
    eventually('a new primary answered', LONGEST, signal, async () => [0, 1].every((nth) => sight(nth))),
  ]);
  const [haproxy, pgbouncer] = [sight(0)!, sight(1)!];
  const to = Math.max(haproxy.answer, pgbouncer.answer);
  await delay(to + AFTERMATH - trueNow(), undefined, { signal });
  // In peace: what comes back must not cost a tick.
  await fault.mend(node);
  await delay(seconds * 1_000 + SETTLING, undefined, { signal });
  return {
    recorded: { kind: 'failover', from, to, detail: fault.name },
    sights: { haproxy, pgbouncer },
  };
}

/** On a machine that is too busy Patroni may fail over by itself just now. */
async function commitsBy(url: string, signal: AbortSignal): Promise<Commit[]> {
  let commits: Commit[] = [];
  await eventually('the commits were read', LONGEST, signal, async () => {
    commits = await readCommits(url);
    return true;
  });
  return commits;
}
