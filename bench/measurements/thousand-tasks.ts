import type { ContendingAnswer, ContendingCommand } from '../children/contending-replica.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import type { Effort } from '../effort.js';
import { interleaved } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const REPLICAS = 4;
const TURNS = 12;
const TASKS = Array.from({ length: 1_000 }, (_, index) => `one of a thousand ${index}`);

/** A thousand tasks that tick at once in each of four replicas, beside a thousand claims one after another. */
export async function measureThousandTasks(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const replicas = Array.from({ length: REPLICAS }, () =>
    startChild<ContendingCommand, ContendingAnswer>('contending-replica'),
  );
  await Promise.all(replicas.map((replica) => replica.ask({ url: database.url })));
  // Ticks far in the past, a second apart: each is due, and newer than the one before.
  let tick = 0;
  const claims = async (asked: typeof replicas, atOnce: boolean): Promise<number> => {
    tick += 1_000;
    const answers = await Promise.all(asked.map((replica) => replica.ask({ claim: TASKS, tick, atOnce })));
    const won = answers.reduce((sum, answer) => sum + answer.won, 0);
    if (won !== TASKS.length) throw new Error(`${won} of ${TASKS.length} claims were won`);
    if (!atOnce) return answers[0]!.claiming;
    const lastAnswer = Math.max(...answers.map(({ answeredAt }) => answeredAt));
    return lastAnswer - Math.min(...answers.map(({ startedAt }) => startedAt));
  };
  try {
    const comparison = await interleaved(
      effort.turns(TURNS),
      () => claims(replicas, true),
      () => claims(replicas.slice(0, 1), false),
    );
    return [
      ratioFinding(
        '1,000 tasks at once in each of four replicas, all answers ÷ 1,000 single claims of one replica',
        0.05,
        comparison,
        ['4 × 1,000 at once', '1,000 one by one'],
      ),
    ];
  } finally {
    await Promise.all(replicas.map((replica) => replica.end()));
  }
}
