import { LockStoreUnavailableError } from '../lock-store.js';
import { messageOf } from '../../common/error-text.js';

/**
 * Runs requests in rounds in which each name stands once: an update meets a row only once a statement, and of two
 * claims of one name the second must see what the first did. The answers keep the order of the requests.
 */
export async function inRounds<Request extends { name: string }, Answer>(
  requests: readonly Request[],
  ask: (round: readonly Request[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  if (requests.length === 1) return ask(requests);
  const rounds: { names: Set<string>; indexes: number[] }[] = [];
  requests.forEach(({ name }, index) => {
    let round = rounds.find(({ names }) => !names.has(name));
    if (!round) rounds.push((round = { names: new Set(), indexes: [] }));
    round.names.add(name);
    round.indexes.push(index);
  });
  const answers = new Map<number, Answer>();
  for (const [nth, { indexes }] of rounds.entries()) {
    const asked = ask(indexes.map((index) => requests[index]!));
    const round = await (nth === 0 ? asked : asked.catch(uncertain));
    round.forEach((answer, position) => answers.set(indexes[position]!, answer));
  }
  return requests.map((_, index) => answers.get(index)!);
}

/** What the rounds before have done, their callers are not told: a claim among them may have won. */
function uncertain(error: unknown): never {
  throw new LockStoreUnavailableError(messageOf(error), true, { cause: error });
}
