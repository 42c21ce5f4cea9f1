import type { OperatorStore } from '../store/operator-store.js';
import { expectedTicks } from './expected-ticks.js';
import type { LedgerWindow } from './expected-ticks.js';
import { ledgerOf } from './ledger.js';
import type { TickState } from './operator-types.js';
import { CLAIM_TIMEOUT } from './paused-ticks.js';

/** The ledger of a task. Without `from` it begins at the oldest of the newest ticks. `now` is by the store's clock. */
export async function readLedger(
  store: Pick<OperatorStore, 'ledger'>,
  task: string,
  { from, to, most }: LedgerWindow,
  now: Date,
): Promise<TickState[]> {
  // The definitions say how far back the newest ticks lie.
  const { definitions } = await store.ledger({ task, from: to, to });
  const ticks = await expectedTicks(definitions, { from, to, most });
  const first = from ?? ticks[0]?.tick;
  if (first === undefined) return [];
  // A pause may begin, and a run end, while the last tick is still claimed.
  const facts = await store.ledger({ task, from: first, to: new Date(to.getTime() + CLAIM_TIMEOUT) });
  return ledgerOf(facts, ticks, { from: first, to, most }, now);
}
