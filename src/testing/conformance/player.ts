import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { ClaimAnswer, ClaimRequest, ReleaseRequest, TickRequest } from '../../store/lock-store.js';
import type { ConformanceHarness, ConformanceScenario } from './conformance-harness.js';

export const MINUTE = 60_000;
export const LEASE = 5 * MINUTE;

type Won = Extract<ClaimAnswer, { status: 'won' }>;

/** A replica that calls the store, with defaults for a task that is due each minute. */
export class Player {
  constructor(
    private readonly harness: ConformanceHarness,
    private readonly replica = 'replica-a',
  ) {}

  request(tick: TickRequest, overrides: Partial<ClaimRequest> = {}): ClaimRequest {
    const { replica } = this;
    const minHold = tick.kind === 'call' ? 0 : 0.9 * MINUTE;
    return {
      name: 'task',
      task: 'task',
      trigger: tick.kind === 'call' ? 'call' : 'tick',
      token: randomUUID(),
      replica,
      tick,
      recover: false,
      minHold,
      lease: LEASE,
      tolerance: 1_000,
      ...overrides,
    };
  }

  async claim(
    tick: TickRequest,
    overrides?: Partial<ClaimRequest>,
  ): Promise<ClaimAnswer & { token: string }> {
    const request = this.request(tick, overrides);
    const [answer] = await this.harness.store.claim([request]);
    return { ...answer!, token: request.token };
  }

  async win(tick: TickRequest, overrides?: Partial<ClaimRequest>): Promise<Won & { token: string }> {
    const answer = await this.claim(tick, overrides);
    assert.equal(answer.status, 'won');
    return answer;
  }

  async release(token: string, overrides: Partial<ReleaseRequest> = {}): Promise<string> {
    const defaults = {
      name: 'task',
      token,
      tick: 'scheduled',
      minHold: 0.9 * MINUTE,
      stepBack: 0.9 * MINUTE,
      durable: false,
    } as const;
    const [answer] = await this.harness.store.release([{ ...defaults, outcome: 'succeeded', ...overrides }]);
    return answer!.status;
  }

  async renew(token: string, lease = LEASE, maxHold = 10 * LEASE): Promise<string> {
    const [answer] = await this.harness.store.renew([{ name: 'task', token, lease, maxHold }]);
    return answer!.status;
  }
}

export const at = (milliseconds: number): TickRequest => ({
  kind: 'scheduled',
  scheduledTime: new Date(milliseconds),
});
export const abandoned: TickRequest = { kind: 'abandoned' };
export const call: TickRequest = { kind: 'call' };
export const kept = (interval: number): TickRequest => ({ kind: 'kept', interval });

/** The last full minute by the store's clock. */
export async function minuteOf(harness: ConformanceHarness): Promise<number> {
  return Math.floor((await harness.now()) / MINUTE) * MINUTE;
}

/** A scenario for two replicas. */
export function scenario(
  rule: string,
  name: string,
  run: (harness: ConformanceHarness, a: Player, b: Player) => Promise<void>,
): ConformanceScenario {
  return {
    name,
    rule,
    run: (harness) => run(harness, new Player(harness, 'replica-a'), new Player(harness, 'replica-b')),
  };
}
