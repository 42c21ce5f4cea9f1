/** Why a goal is missed, by what was measured. */
export const REASONS: ReadonlyMap<string, string> = new Map([
  [
    'claim + empty run + release ÷ two durable updates',
    'the two statements alone are nearer to the goal (the row below it). On a machine whose flush takes well below a millisecond the rest is Node: the pool, the batch, two answers to parse, the promises and timers of a run. Where a flush takes longer the share falls, as the row with 3 ms shows.',
  ],
  [
    'claim + empty run + release ÷ two durable updates, with 3 ms added to each flush',
    'one flush in place of two is 0.5; what is above it is the CPU of a claim, on the server and in Node.',
  ],
  [
    'a lost claim ÷ a named single-row SELECT, 8 connections',
    'it carries eleven parameters and answers fifteen columns, and one process parses them all; the server takes no lock and writes nothing.',
  ],
  [
    'the last of 200 clients to get its answer ÷ the `ON CONFLICT` shape',
    'the 200 replicas live in one Node process here, beside bare connections on the other side: their JavaScript runs one after another. The row below it is the claim alone.',
  ],
  [
    'CPU of a run with the in-memory store, more than the same method undecorated',
    "an absolute figure, which follows the machine's speed of the hour: the same build was seen from 20 to 32 µs. Most of it are promises, each of which Node 20's AsyncLocalStorage hooks, and the five timers of a run.",
  ],
  [
    '1,000 tasks at once in each of four replicas, all answers ÷ 1,000 single claims of one replica',
    'four processes and the server share two cores, and three replicas find all rows busy and ask a second time; one replica alone is well below that (compare the row of 1,000 tasks below).',
  ],
]);
