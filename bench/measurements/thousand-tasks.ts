import type { ContendingAnswer, ContendingCommand } from '../children/contending-replica.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { inRounds, interleaved, timed, WARM_UP } from '../samples.js';
import { onConnection } from '../support/bench-database.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { ByHand } from '../support/by-hand.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { times } from '../support/in-order.js';

const REPLICAS = 4;
/** A thousand single claims take seconds, and vary little. */
const TURNS = 9;
const BATCH_TURNS = 20;
const TASKS = Array.from({ length: 1_000 }, (_, index) => `one of a thousand ${index}`);

type Replica = Child<ContendingCommand, ContendingAnswer>;

/** A thousand tasks that tick at once, in one replica and in each of four, beside a thousand claims one after another. */
export async function measureThousandTasks(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const replicas = await openReplicas(Array.from({ length: REPLICAS }, () => database.url));
  const client = await database.client();
  const byHand = new ByHand(client, 'a thousand');
  await byHand.prepare();
  const alone = replicas.slice(0, 1);
  const sides = {
    alone: () => untilAnswered(alone, true),
    contending: () => untilAnswered(replicas, true),
    oneByOne: () => untilAnswered(alone, false),
    updates: () => timed(() => times(TASKS.length, () => byHand.durableUpdate())),
  };
  try {
    // A batch has a text of its own, which the first rounds plan anew.
    await times(effort.turns(WARM_UP), async () => (await sides.alone(), await sides.contending()));
    const rounds = await inRounds(effort.turns(TURNS), sides, 1);
    const row = (what: string, one: 'alone' | 'contending', other: 'oneByOne' | 'updates', goal?: number) =>
      ratioFinding(what, goal, rounds.compare(one, other), [
        one === 'alone' ? '1,000 at once' : '4 × 1,000 at once',
        other === 'oneByOne' ? '1,000 one by one' : '1,000 updates',
      ]);
    return [
      row(ALONE, 'alone', 'oneByOne', 0.04),
      row(CONTENDING, 'contending', 'oneByOne', 0.07),
      row('1,000 tasks at once, one replica, all answers ÷ 1,000 durable updates', 'alone', 'updates'),
      row(
        '1,000 tasks at once in each of four replicas, all answers ÷ 1,000 durable updates',
        'contending',
        'updates',
      ),
      ...(effort.takesContext ? [await measureBatchRelease(database, effort)] : []),
    ];
  } finally {
    await Promise.all(replicas.map((replica) => replica.end()));
  }
}

const ALONE =
  '1,000 tasks at once, one replica, until all answers are there ÷ 1,000 claims one by one, each until its answer';
const CONTENDING =
  '1,000 tasks at once in each of four replicas, until all answers are there ÷ 1,000 claims of one replica one by one';

/** Statistics say that unfinished rows are rare: a plan that believes them may be quadratic. */
async function measureBatchRelease(database: BenchDatabase, effort: Effort): Promise<Finding> {
  const urls = [await database.another('never_analyzed'), await database.another('analyzed')];
  for (const url of urls) await onConnection(url, 'ALTER TABLE task_lock SET (autovacuum_enabled = off)');
  const [unanalyzed, analyzed] = (await openReplicas(urls)) as [Replica, Replica];
  const released = async (replica: Replica): Promise<number> => (await claimAll(replica, true)).releasing;
  try {
    await Promise.all([released(unanalyzed), released(analyzed)]);
    await onConnection(urls[1]!, 'ANALYZE task_lock');
    return ratioFinding(
      'release of a batch of 1,000, after ANALYZE ÷ before it',
      undefined,
      await interleaved(
        effort.turns(BATCH_TURNS),
        () => released(analyzed),
        () => released(unanalyzed),
      ),
      ['after', 'before'],
      'a database each, autovacuum off',
    );
  } finally {
    await Promise.all([unanalyzed.end(), analyzed.end()]);
  }
}

async function openReplicas(urls: string[]): Promise<Replica[]> {
  const replicas = urls.map(() => startChild<ContendingCommand, ContendingAnswer>('contending-replica'));
  await Promise.all(replicas.map((replica, index) => replica.ask({ url: urls[index]! })));
  return replicas;
}

/** Ticks far in the past, a second apart: each is due, and newer than the one before. */
let tick = 0;

function claimAll(replica: Replica, held: boolean): Promise<ContendingAnswer> {
  return replica.ask({ claim: TASKS, tick: (tick += 1_000), atOnce: true, held });
}

/** Milliseconds until the last answer; one by one, of all claims together. */
async function untilAnswered(replicas: Replica[], atOnce: boolean): Promise<number> {
  tick += 1_000;
  const answers = await Promise.all(replicas.map((replica) => replica.ask({ claim: TASKS, tick, atOnce })));
  const won = answers.reduce((sum, answer) => sum + answer.won, 0);
  if (won !== TASKS.length) throw new Error(`${won} of ${TASKS.length} claims were won`);
  if (!atOnce) return answers[0]!.claiming;
  const lastAnswer = Math.max(...answers.map(({ answeredAt }) => answeredAt));
  return lastAnswer - Math.min(...answers.map(({ startedAt }) => startedAt));
}
