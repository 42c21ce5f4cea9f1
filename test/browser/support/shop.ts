import { randomUUID } from 'node:crypto';
import { declaredTicks } from '../../../src/operate/declared-ticks.js';
import type { ClaimRequest } from '../../../src/store/lock-store.js';
import type { RunFacts } from '../../../src/store/recorded-run.js';
import { InMemoryLockStore } from '../../../src/store/memory/memory-lock-store.js';
import { HOUR, HTTP_503, MINUTE, SECOND, SHOP_TASKS } from './shop-tasks.js';
import type { RunEnding, ShopTask } from './shop-tasks.js';

/** A Friday morning. Every page of the shop is made at this instant. */
export const SHOP_TIME = Date.parse('2026-11-27T09:02:40Z');

const REPLICAS = ['shop-6f9c7-4xk2p', 'shop-6f9c7-b8m5z', 'shop-6f9c7-q7d9w'];

/** How much history a task has unless it says otherwise, and the longest there is. */
const RUNS = 100;
const LEASE = MINUTE;
const AGE = 40 * 24 * HOUR;

/** A shop with a month of history: one task overdue, one paused, one running, one that fails. */
export class Shop {
  /** Everything happens at this time of the store's clock. */
  private now = SHOP_TIME - AGE;
  readonly store = new InMemoryLockStore(() => this.now);
  private readonly running = new Map<string, { claim: ClaimRequest; facts: RunFacts }>();
  private random = 1;
  /** Of the run that has ended last. */
  lastFence = 0n;

  static async open(): Promise<Shop> {
    const shop = new Shop();
    await shop.declare();
    for (const task of SHOP_TASKS) {
      await shop.live(task);
      await shop.pause(task);
    }
    shop.now = SHOP_TIME;
    await shop.declare();
    return shop;
  }

  private async declare(): Promise<void> {
    await this.store.operator.declare({
      tasks: SHOP_TASKS.map(({ name, member, schedule, timeZone = 'UTC', interval }) => ({
        name,
        member,
        schedule,
        timeZone,
        interval,
        minHold: 0.9 * interval,
        maxHold: 5 * interval,
        lease: LEASE,
        isScheduled: true,
        isConditional: false,
        isDisabled: false,
        isKeyed: false,
        isPolled: true,
      })),
      replica: REPLICAS[0]!,
      version: '1.0.0',
    });
  }

  /** The runs of a task until now. */
  private async live(task: ShopTask): Promise<void> {
    const { runs = RUNS, missed = 0, endings = {} } = task;
    const ticks = this.ticksOf(task, runs + missed).slice(0, runs);
    for (const [index, tick] of ticks.entries()) await this.run(task, tick, endings[ticks.length - index]);
  }

  /** The last ticks that no pause has kept from running, the newest last. */
  private ticksOf({ schedule, timeZone = 'UTC', pause }: ShopTask, count: number): number[] {
    const known = declaredTicks({ schedule, timeZone })!;
    const ticks: number[] = [];
    for (let at = known.latestUntil(SHOP_TIME); at !== undefined && ticks.length < count;) {
      const ago = SHOP_TIME - at;
      if (!pause || ago > pause.since || ago < (pause.until ?? 0)) ticks.unshift(at);
      at = known.latestUntil(at - 1);
    }
    return ticks;
  }

  private async run(task: ShopTask, tick: number, ending?: RunEnding): Promise<void> {
    await this.begin(task, tick);
    // A run that fails does so early.
    const takes = task.takes * this.between(0.8, 1.3) * (ending ? this.between(0.1, 0.4) : 1);
    await this.renew(task.name, this.now + Math.round(takes));
    if (this.now < SHOP_TIME) await this.end(task.name, ending);
  }

  /** Time passes. */
  pass(milliseconds: number): void {
    this.now += milliseconds;
  }

  /** A run in progress ends. */
  async end(name: string, { outcome, error }: Partial<RunEnding> = {}): Promise<void> {
    const { claim, facts } = this.running.get(name)!;
    const { token, minHold } = claim;
    this.running.delete(name);
    this.lastFence = facts.fence;
    const end = { name, token, tick: 'scheduled', minHold, stepBack: 0, durable: false, run: facts } as const;
    await this.store.release([{ ...end, outcome: outcome ?? 'succeeded', error }]);
  }

  /** The next tick of a task comes, and fails. */
  async fail(name: string): Promise<void> {
    const task = SHOP_TASKS.find((each) => each.name === name)!;
    await this.begin(task, declaredTicks({ timeZone: 'UTC', ...task })!.nextAfter(this.now)!);
    this.now += 10 * SECOND;
    await this.end(name, HTTP_503);
  }

  fenceOf(name: string): string {
    return String(this.running.get(name)?.facts.fence);
  }

  private async begin({ name, schedule, timeZone = 'UTC', interval }: ShopTask, tick: number): Promise<void> {
    this.now = tick + Math.round(this.between(8, 90));
    const replica = REPLICAS[Math.floor(this.between(0, REPLICAS.length))]!;
    const claim: ClaimRequest = {
      name,
      task: name,
      trigger: 'tick',
      token: randomUUID(),
      replica,
      tick: { kind: 'scheduled', scheduledTime: new Date(tick) },
      recover: false,
      minHold: 0.9 * interval,
      lease: LEASE,
      tolerance: SECOND,
    };
    const [answer] = await this.store.claim([claim]);
    if (answer?.status !== 'won') throw new Error(`${name} at ${tick}: ${answer?.status}`);
    const { fence, startedAt, lastTick: previousTick } = answer;
    const next = declaredTicks({ schedule, timeZone })!.nextAfter(tick)!;
    const ticks = { tick: new Date(tick), previousTick, nextDue: new Date(next) };
    const facts: RunFacts = { name, task: name, fence, trigger: 'tick', replica, startedAt, ...ticks };
    this.running.set(name, { claim, facts });
  }

  /** Goes on with a run until it ends, or until now. */
  private async renew(name: string, end: number): Promise<void> {
    const last = Math.min(end, SHOP_TIME);
    const { token } = this.running.get(name)!.claim;
    for (; last - this.now > LEASE / 3; this.now += LEASE / 3)
      await this.store.renew([{ name, token, lease: LEASE, maxHold: HOUR }]);
    this.now = last;
  }

  private async pause({ name, pause }: ShopTask): Promise<void> {
    if (!pause) return;
    const { since, until, by, reason } = pause;
    const { operator } = this.store;
    this.now = SHOP_TIME - since;
    await operator.pause(name, until === undefined ? new Date(SHOP_TIME + 138 * MINUTE) : undefined, {
      by,
      reason,
    });
    if (until === undefined) return;
    this.now = SHOP_TIME - until;
    await operator.resume(name, { by });
  }

  /** The same numbers each time. */
  private between(low: number, high: number): number {
    this.random = (this.random * 48_271) % 2_147_483_647;
    return low + (high - low) * (this.random / 2_147_483_647);
  }
}
