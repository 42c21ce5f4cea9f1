import { setTimeout as delay } from 'node:timers/promises';
import { SETTLING } from '../chaos/checker/check.js';
import { Crew } from '../chaos/crew.js';
import type { Evidence } from '../chaos/evidence.js';
import { createFleetTables, query, readCommits } from '../chaos/fleet-tables.js';
import { SeededRandom } from '../chaos/random.js';
import { LEASE, TASKS } from '../chaos/tasks.js';
import { trueNow } from '../chaos/true-clock.js';
import type { NodeFault } from './faults.js';
import { primaryBy, PROBE_TABLE, watchFor } from './probe.js';
import type { Sight } from './probe.js';
import { eventually } from './stack/eventually.js';
import type { Mode, Stack } from './stack/stack.js';

/** Half of them through HAProxy, half through pgbouncer. */
export const REPLICAS = 4;
const THROUGH = ['haproxy', 'pgbouncer'] as const;
/** How long after the new primary's first answer a tick may be missed at most. */
const AFTERMATH = LEASE + Math.max(...TASKS.map(({ every }) => every));
/** Seconds: what no failover of this cluster takes. */
const PATIENCE = 180;

export interface CaseOptions {
  mode: Mode;
  fault: NodeFault;
  /** How long the fleet runs in peace before the fault and after its aftermath. */
  seconds: number;
  seed: number;
  signal: AbortSignal;
}

export interface Case {
  mode: Mode;
  fault: string;
  evidence: Evidence;
  /** What a client saw through HAProxy, and one through pgbouncer. */
  sights: Readonly<Record<(typeof THROUGH)[number], Sight>>;
  journalFolder: string;
  removeJournals: () => Promise<void>;
}

/** Does one thing to the primary under a fleet of its own, in a database of its own. */
export async function runCase(stack: Stack, options: CaseOptions): Promise<Case> {
  const { mode, fault, seconds, seed, signal } = options;
  await stack.replicate(mode);
  const database = `fleet_${Math.floor(trueNow())}`;
  await query(stack.url('postgres', 'haproxy'), `CREATE DATABASE ${database}`);
  const urls = THROUGH.map((through) => stack.url(database, through));
  await createFleetTables(urls[0]!);
  await query(urls[0]!, PROBE_TABLE);
  const clocks = Array.from({ length: REPLICAS }, () => 0);
  const crew = new Crew(urls, clocks, () => false);
  try {
    await crew.startInTurns();
    const from = trueNow();
    // Anywhere in a second: amid the claims, the runs or the releases of its ticks.
    await delay(seconds * 1_000 + new SeededRandom(seed).between(0, 1_000), undefined, { signal });
    const node = await stack.primary();
    const former = await primaryBy(urls[0]!);
    const begun = trueNow();
    const [, ...seen] = await within(PATIENCE, signal, (over) =>
      Promise.all([fault.inflict(node), ...urls.map((url) => watchFor(url, former, begun, over))]),
    );
    const answered = Math.max(...seen.map(({ answer }) => answer));
    await delay(answered + AFTERMATH - trueNow(), undefined, { signal });
    // In peace: what comes back must not cost a tick.
    await fault.mend(node);
    await delay(seconds * 1_000 + SETTLING, undefined, { signal });
    const to = trueNow();
    const members = clocks.map((_, slot) => crew.memberAt(slot)?.name);
    await crew.end();
    await stack.isWhole(mode);
    const evidence: Evidence = {
      tasks: TASKS,
      lines: crew.journal(),
      commits: await readCommits(urls[0]!),
      faults: [
        { kind: 'failover', from: begun, to: answered, detail: fault.name },
        ...members.flatMap((replica) =>
          replica === undefined
            ? []
            : [{ kind: 'term' as const, replica, from: to, to: Infinity, detail: 'the end' }],
        ),
      ],
      troubles: crew.troubles,
      from,
      to,
    };
    await dropDatabase(stack, database, signal);
    const { journalFolder } = crew;
    const sights = { haproxy: seen[0]!, pgbouncer: seen[1]! };
    const removeJournals = (): Promise<void> => crew.removeJournals();
    return { mode, fault: fault.name, evidence, sights, journalFolder, removeJournals };
  } catch (error) {
    await crew.end();
    await crew.removeJournals();
    throw error;
  }
}

async function within<T>(
  seconds: number,
  signal: AbortSignal,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)]);
  return work(over);
}

/** pgbouncer opens a session again as soon as one is ended, so the first attempt may meet one. */
async function dropDatabase(stack: Stack, database: string, signal: AbortSignal): Promise<void> {
  await eventually(`${database} was dropped`, 30, signal, async () => {
    await query(stack.url('postgres', 'haproxy'), `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    return true;
  });
}
