import type { NewRequest, PickedUp, RequestStore, SettledRun } from '../../store/request-store.js';
import type { ConformanceHarness, ConformanceScenario } from './conformance-harness.js';
import { call, LEASE, MINUTE, Player, scenario } from './player.js';

export const SECOND = 1_000;
export const ATTEMPTS = 3;

/** Publishes requests of the lock `task`, and picks them up as a run does. */
export class Requester {
  private readonly player: Player;

  constructor(
    private readonly harness: ConformanceHarness,
    private readonly store: RequestStore,
  ) {
    this.player = new Player(harness);
  }

  async add(args: unknown[], terms: Partial<NewRequest> = {}): Promise<void> {
    await this.store.add([{ name: 'task', task: 'task', args: JSON.stringify(args), delay: 0, ...terms }]);
  }

  /** Minutes, so that the store's own clock cannot pass one between two steps, however slow the machine is. */
  debounced(args: unknown[]): Promise<void> {
    return this.add(args, { delay: 5 * MINUTE, maxDelay: 20 * MINUTE });
  }

  /** Takes the lock and picks up what is due. Resolves to that and to the token to settle it with. */
  async pickUp(before?: Date): Promise<PickedUp & { token: string; newest: unknown }> {
    const { token } = await this.player.win(call);
    const picked = await this.store.pickUp({ name: 'task', token, attempts: ATTEMPTS }, before);
    if (picked.args === undefined) await this.release(token);
    return { ...picked, token, newest: picked.args === undefined ? undefined : JSON.parse(picked.args) };
  }

  /** The lease of a run that died is over. */
  async afterDeath(): Promise<void> {
    await this.harness.advance(LEASE);
  }

  async settle(token: string, outcome: SettledRun['outcome'], error?: string) {
    const settled = await this.store.settle({ name: 'task', token, attempts: ATTEMPTS, outcome, error });
    await this.release(token);
    return settled;
  }

  async serve(): Promise<PickedUp & { newest: unknown }> {
    const picked = await this.pickUp();
    if (picked.args !== undefined) await this.settle(picked.token, 'succeeded');
    return picked;
  }

  async waiting(horizon = 0, except: string[] = []): Promise<[string, number][]> {
    const found = await this.store.waiting({ horizon, tasks: ['task', 'export'], except });
    return found.map(({ name, count }) => [name, count]);
  }

  private release(token: string): Promise<string> {
    return this.player.release(token, { tick: 'call', minHold: 0 });
  }
}

/** A scenario for stores with requests; it passes on one without. */
export function requests(
  name: string,
  run: (requester: Requester, harness: ConformanceHarness) => Promise<void>,
): ConformanceScenario {
  return scenario('requests', name, async (harness) => {
    const { store } = harness;
    if (store.requests) await run(new Requester(harness, store.requests), harness);
  });
}
