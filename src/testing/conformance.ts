import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type {
  ClaimAnswer,
  ClaimRequest,
  LockStore,
  ReleaseRequest,
  TickRequest,
} from '../lock/lock-store.js';

/** A row as the scenarios look at it; times are epoch milliseconds. */
export interface ObservedRow {
  lockedUntil: number;
  finishedAt: number | null;
  lastTick: number;
  fence: bigint;
  outcome: string | null;
  error: string | null;
}

/** What a store's author gives the scenarios: a store that is empty, and a hand on its clock. */
export interface ConformanceHarness {
  store: LockStore;
  /** The store's clock, in epoch milliseconds. */
  now(): Promise<number>;
  /** Moves the store's clock forward. */
  advance(milliseconds: number): Promise<void>;
  /** Reads a row past the store. */
  row(name: string): Promise<ObservedRow | undefined>;
}

/** One thing that a store must do. */
export interface ConformanceScenario {
  name: string;
  /** The rule of the claim that this scenario would catch the absence of. */
  rule: string;
  run(harness: ConformanceHarness): Promise<void>;
}

const MINUTE = 60_000;
const LEASE = 5 * MINUTE;

type Won = Extract<ClaimAnswer, { status: 'won' }>;

/** A replica that asks a store, with the defaults of a task that is due each minute. */
class Player {
  constructor(
    private readonly harness: ConformanceHarness,
    private readonly replica = 'replica-a',
  ) {}

  request(tick: TickRequest, overrides: Partial<ClaimRequest> = {}): ClaimRequest {
    const { replica } = this;
    const minHold = tick.kind === 'call' ? 0 : 0.9 * MINUTE;
    return {
      name: 'task',
      token: randomUUID(),
      replica,
      tick,
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
    return answer as Won & { token: string };
  }

  async release(token: string, overrides: Partial<ReleaseRequest> = {}): Promise<string> {
    const defaults = {
      name: 'task',
      token,
      tick: 'scheduled',
      minHold: 0.9 * MINUTE,
      stepBack: 0.9 * MINUTE,
    } as const;
    const [answer] = await this.harness.store.release([{ ...defaults, outcome: 'succeeded', ...overrides }]);
    return answer!.status;
  }

  async renew(token: string, lease = LEASE, maxHold = 10 * LEASE): Promise<string> {
    const [answer] = await this.harness.store.renew([{ name: 'task', token, lease, maxHold }]);
    return answer!.status;
  }
}

const at = (milliseconds: number): TickRequest => ({
  kind: 'scheduled',
  scheduledTime: new Date(milliseconds),
});
const call: TickRequest = { kind: 'call' };
const kept = (interval: number): TickRequest => ({ kind: 'kept', interval });

async function minuteOf(harness: ConformanceHarness): Promise<number> {
  return Math.floor((await harness.now()) / MINUTE) * MINUTE;
}

const scenarios: ConformanceScenario[] = [];

function scenario(
  rule: string,
  name: string,
  run: (harness: ConformanceHarness, a: Player, b: Player) => Promise<void>,
) {
  scenarios.push({
    name,
    rule,
    run: (harness) => run(harness, new Player(harness, 'replica-a'), new Player(harness, 'replica-b')),
  });
}

scenario('1 atomic', 'a first claim wins, makes the row, and says what it took', async (harness, a) => {
  const tick = await minuteOf(harness);
  const before = await harness.now();
  const won = await a.win(at(tick));
  assert.equal(won.scheduledTime?.getTime(), tick);
  assert.ok(won.startedAt.getTime() >= Math.floor(before));
  assert.ok(Math.abs(won.lockedUntil.getTime() - won.startedAt.getTime() - LEASE) < 1_000);
  const row = await harness.row('task');
  assert.equal(row?.finishedAt, null);
  assert.equal(row?.lastTick, tick);
});

scenario(
  '1 atomic',
  'a claim of a running task is refused, and is told who holds it and until when',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const won = await a.win(at(tick));
    await harness.advance(MINUTE);
    const refused = await b.claim(at(tick + MINUTE));
    assert.equal(refused.status, 'held');
    assert.equal(refused.status === 'held' && refused.heldBy, 'replica-a');
    assert.equal(refused.status === 'held' && refused.heldUntil.getTime(), won.lockedUntil.getTime());
  },
);

scenario('1 atomic', 'of many claims of one tick at once exactly one wins', async (harness) => {
  const tick = await minuteOf(harness);
  const players = Array.from({ length: 12 }, (_, index) => new Player(harness, `replica-${index}`));
  const answers = await Promise.all(players.map((player) => player.claim(at(tick))));
  assert.equal(answers.filter(({ status }) => status === 'won').length, 1);
});

scenario('1 atomic', 'a refused claim changes nothing in the row', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  await a.win(at(tick));
  const before = await harness.row('task');
  await b.claim(at(tick));
  await b.claim(call);
  assert.deepEqual(await harness.row('task'), before);
});

scenario('1 atomic', 'two names are independent of each other', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  await a.win(at(tick), { name: 'one' });
  await b.win(at(tick), { name: 'two' });
});

scenario(
  '3 who may claim',
  'a lease that is over can be claimed by another replica',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick));
    await harness.advance(LEASE - MINUTE / 2);
    assert.equal((await b.claim(at(tick + 4 * MINUTE))).status, 'held');
    await harness.advance(MINUTE);
    await b.win(at(tick + 5 * MINUTE));
  },
);

scenario(
  '3 who may claim',
  'the minimum hold counts from tick to tick, after the release and on every replica',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const { token } = await a.win(at(tick));
    await a.release(token);
    await harness.advance(MINUTE);
    const refused = await b.claim(at(tick + 0.8 * MINUTE));
    assert.equal(refused.status, 'held');
    assert.equal(refused.status === 'held' && refused.heldUntil.getTime(), tick + 0.9 * MINUTE);
    await b.win(at(tick + 0.9 * MINUTE));
  },
);

scenario('3 who may claim', 'a late start does not push the next tick away', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  await harness.advance(tick + MINUTE - 2_000 - (await harness.now()));
  const { token } = await a.win(at(tick));
  await a.release(token);
  await harness.advance(2_500);
  await b.win(at(tick + MINUTE));
});

scenario('3 who may claim', 'a crash does not shorten the minimum hold', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  await a.win(at(tick), { lease: MINUTE / 10 });
  await harness.advance(MINUTE);
  assert.equal((await b.claim(at(tick + MINUTE / 2))).status, 'held');
});

scenario(
  '3 who may claim',
  "the claimer's own minimum hold decides, so a shortened interval takes effect at once",
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const { token } = await a.win(at(tick), { minHold: 20 * MINUTE });
    await a.release(token, { minHold: 20 * MINUTE });
    await harness.advance(MINUTE);
    assert.equal((await b.claim(at(tick + MINUTE), { minHold: 20 * MINUTE })).status, 'held');
    await b.win(at(tick + MINUTE), { minHold: MINUTE / 2 });
  },
);

scenario('3 who may claim', 'a call without a tick leaves the last tick alone', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  const first = await a.win(at(tick));
  await a.release(first.token);
  const direct = await b.win(call);
  assert.equal(direct.scheduledTime, undefined);
  assert.equal((await harness.row('task'))?.lastTick, tick);
  await b.release(direct.token, { tick: 'call', minHold: 0 });
  assert.equal((await harness.row('task'))?.lastTick, tick);
  await harness.advance(MINUTE);
  await b.win(at(tick + MINUTE));
});

scenario('3 who may claim', 'a call is refused while a run is in progress', async (harness, a, b) => {
  const { token } = await a.win(call);
  assert.equal((await b.claim(call)).status, 'held');
  await a.release(token, { tick: 'call', minHold: 0 });
  await b.win(call);
});

scenario(
  '3 who may claim',
  'a call with a minimum hold counts it from the last start',
  async (harness, a, b) => {
    const { token } = await a.win(call, { minHold: MINUTE });
    await harness.advance(MINUTE / 2);
    await a.release(token, { tick: 'call', minHold: MINUTE });
    assert.equal((await b.claim(call, { minHold: MINUTE })).status, 'held');
    await harness.advance(MINUTE / 2 + 1_000);
    await b.win(call, { minHold: MINUTE });
  },
);

scenario(
  '3 kept ticks',
  'a kept tick steps by the interval, can be claimed a tenth before, and no sooner',
  async (harness, a, b) => {
    const first = await a.win(kept(MINUTE), { minHold: 0 });
    const tick = first.scheduledTime!.getTime();
    await a.release(first.token, { tick: 'kept' });
    await harness.advance(tick + 0.88 * MINUTE - (await harness.now()));
    assert.equal((await b.claim(kept(MINUTE), { minHold: 0 })).status, 'held');
    await harness.advance(0.04 * MINUTE);
    const second = await b.win(kept(MINUTE), { minHold: 0 });
    assert.equal(second.scheduledTime?.getTime(), tick + MINUTE);
  },
);

scenario(
  '3 kept ticks',
  'a kept tick that is more than one interval behind starts anew from now',
  async (harness, a, b) => {
    const first = await a.win(kept(MINUTE));
    await a.release(first.token, { tick: 'kept' });
    await harness.advance(7.5 * MINUTE);
    const now = await harness.now();
    const second = await b.win(kept(MINUTE));
    assert.ok(second.scheduledTime!.getTime() >= Math.floor(now));
  },
);

scenario(
  '4 a tick runs once',
  'a tick that has run is done for replicas whose clock is late',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const { token } = await a.win(at(tick), { minHold: 0 });
    await a.release(token, { minHold: 0 });
    await harness.advance(3 * MINUTE);
    assert.equal((await b.claim(at(tick), { minHold: 0 })).status, 'done');
    assert.equal((await b.claim(at(tick - MINUTE), { minHold: 0 })).status, 'done');
  },
);

scenario(
  '4 a tick runs once',
  'a claim of the tick that is running now is held, and not done',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick));
    assert.equal((await b.claim(at(tick))).status, 'held');
  },
);

scenario(
  '4 a tick runs once',
  'a tick that is not due yet is early, whatever the row says, and due in as much as is missing',
  async (harness, a, b) => {
    const now = await harness.now();
    const tick = Math.floor(now) + 20_000;
    await b.win(call);
    const early = await a.claim(at(tick));
    assert.equal(early.status, 'early');
    const dueIn = early.status === 'early' ? early.dueIn : NaN;
    assert.ok(dueIn > 0 && dueIn <= tick - now, `due in ${dueIn}`);
  },
);

scenario(
  '4 a tick runs once',
  'a tick within the tolerance is granted, with its own time',
  async (harness, a) => {
    const tick = Math.floor(await harness.now()) + 800;
    const won = await a.win(at(tick));
    assert.equal(won.scheduledTime?.getTime(), tick);
  },
);

scenario(
  '5 answers',
  'a claim of a name that has no row makes it, also beside one that has',
  async (harness, a) => {
    await harness.store.prepare(['known']);
    const tick = await minuteOf(harness);
    const requests = [a.request(at(tick), { name: 'known' }), a.request(at(tick), { name: 'unknown' })];
    const answers = await harness.store.claim(requests);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['won', 'won'],
    );
  },
);

scenario('6 token', 'asking again with the same token is the same claim', async (harness, a) => {
  const request = a.request(at(await minuteOf(harness)));
  const [first] = await harness.store.claim([request]);
  const [again] = await harness.store.claim([request]);
  assert.equal(first?.status, 'won');
  assert.equal(again?.status, 'won');
  assert.equal(again?.status === 'won' && again.fence, first?.status === 'won' && first.fence);
});

scenario(
  '6 token',
  'the same token is won again also after its lease, until another replica claims',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const request = a.request(at(tick));
    await harness.store.claim([request]);
    await harness.advance(LEASE + MINUTE);
    const [again] = await harness.store.claim([request]);
    assert.equal(again?.status, 'won');
    await b.win(at(tick + 6 * MINUTE));
    const [late] = await harness.store.claim([request]);
    assert.notEqual(late?.status, 'won');
  },
);

scenario(
  '6 token',
  'an ask that arrives after its own run is finished does not start another',
  async (harness, a) => {
    const request = a.request(call);
    await harness.store.claim([request]);
    await a.release(request.token, { tick: 'call', minHold: 0 });
    const [late] = await harness.store.claim([request]);
    assert.notEqual(late?.status, 'won');
    assert.notEqual((await harness.row('task'))?.finishedAt, null);
  },
);

scenario('6 token', 'a returned tick can be claimed again, and none before it', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  const { token } = await a.win(at(tick));
  assert.equal(await a.release(token, { outcome: 'returned' }), 'released');
  assert.notEqual((await b.claim(at(tick - MINUTE))).status, 'won');
  await b.win(at(tick));
});

scenario(
  '6 token',
  'a returned call and a returned kept tick can be claimed again',
  async (harness, a, b) => {
    const direct = await a.win(call, { minHold: MINUTE });
    await a.release(direct.token, { tick: 'call', minHold: MINUTE, stepBack: MINUTE, outcome: 'returned' });
    await b.win(call, { minHold: MINUTE });
    const first = await a.win(kept(MINUTE), { name: 'kept' });
    const end = { name: 'kept', tick: 'kept', stepBack: MINUTE, outcome: 'returned' } as const;
    await a.release(first.token, end);
    await b.win(kept(MINUTE), { name: 'kept' });
  },
);

scenario('7 instants', 'a tick keeps its milliseconds', async (harness, a, b) => {
  const tick = (await minuteOf(harness)) + 123;
  const { token } = await a.win(at(tick), { tolerance: MINUTE, minHold: 0 });
  await a.release(token, { minHold: 0 });
  assert.equal((await harness.row('task'))?.lastTick, tick);
  assert.equal((await b.claim(at(tick), { tolerance: MINUTE, minHold: 0 })).status, 'done');
  await b.win(at(tick + 1), { tolerance: MINUTE, minHold: 0 });
});

scenario(
  '8 release',
  'a release ends the run, keeps the minimum hold for the reader, and the outcome',
  async (harness, a) => {
    const tick = await minuteOf(harness);
    const { token } = await a.win(at(tick));
    assert.equal(await a.release(token, { outcome: 'failed', error: 'Error: no\0 luck' }), 'released');
    const row = await harness.row('task');
    assert.notEqual(row?.finishedAt, null);
    assert.equal(row?.outcome, 'failed');
    assert.match(row?.error ?? '', /^Error: no.? luck$/s);
    const now = await harness.now();
    assert.ok(
      row!.lockedUntil <= Math.max(now, tick + 0.9 * MINUTE) && row!.lockedUntil >= tick + 0.9 * MINUTE,
    );
  },
);

scenario('8 release', 'a stale holder can neither release nor renew', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  const stale = await a.win(at(tick));
  await harness.advance(LEASE + MINUTE);
  const fresh = await b.win(at(tick + 6 * MINUTE));
  const before = await harness.row('task');
  assert.equal(await a.release(stale.token), 'gone');
  assert.equal(await a.renew(stale.token), 'lost');
  assert.deepEqual(await harness.row('task'), before);
  assert.equal(await b.release(fresh.token), 'released');
});

scenario('8 release', 'a release after the lease still records how the run ended', async (harness, a) => {
  const { token } = await a.win(at(await minuteOf(harness)));
  await harness.advance(LEASE + MINUTE);
  assert.equal(await a.release(token), 'released');
  assert.equal((await harness.row('task'))?.outcome, 'succeeded');
});

scenario('8 release', 'a run is released once', async (harness, a) => {
  const { token } = await a.win(at(await minuteOf(harness)));
  assert.equal(await a.release(token), 'released');
  assert.equal(await a.release(token, { outcome: 'failed' }), 'gone');
  assert.equal((await harness.row('task'))?.outcome, 'succeeded');
});

scenario('8 renew', 'a renewal moves the lease, and never past the maximum hold', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  const won = await a.win(at(tick));
  await harness.advance(LEASE - MINUTE);
  assert.equal(await a.renew(won.token, LEASE, 7 * MINUTE), 'renewed');
  const row = await harness.row('task');
  assert.ok(Math.abs(row!.lockedUntil - won.startedAt.getTime() - 7 * MINUTE) < 1_000);
  await harness.advance(2 * MINUTE);
  assert.equal((await b.claim(at(tick + 5 * MINUTE))).status, 'held');
});

scenario(
  '8 renew',
  'a renewal neither revives a lease that is over nor locks a released row',
  async (harness, a) => {
    const tick = await minuteOf(harness);
    const first = await a.win(at(tick));
    await harness.advance(LEASE + MINUTE);
    assert.equal(await a.renew(first.token), 'lost');
    await a.release(first.token);
    const second = await a.win(at(tick + 6 * MINUTE));
    await a.release(second.token);
    assert.equal(await a.renew(second.token), 'lost');
    assert.notEqual((await harness.row('task'))?.finishedAt, null);
  },
);

scenario(
  'fence',
  'the fence grows with every claim, and is at least the epoch milliseconds',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    let last = 0n;
    for (let index = 0; index < 3; index++) {
      const now = await harness.now();
      const { token, fence } = await (index === 1 ? b : a).win(call);
      assert.ok(fence > last && fence >= BigInt(Math.floor(now)));
      last = fence;
      await a.release(token, { tick: 'call', minHold: 0 });
    }
    assert.ok((await a.win(at(tick))).fence > last);
  },
);

scenario(
  '11 batches',
  'a batch answers in the order of its requests, each by its own row',
  async (harness, a, b) => {
    const tick = await minuteOf(harness);
    await a.win(at(tick), { name: 'taken' });
    const names = ['free-2', 'taken', 'free-1'];
    const answers = await harness.store.claim(names.map((name) => b.request(at(tick), { name })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['won', 'held', 'won'],
    );
  },
);

scenario('11 batches', 'a name that stands in a batch twice is claimed once', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  const answers = await harness.store.claim([a.request(at(tick)), b.request(at(tick))]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['won', 'held'],
  );
});

const ODD_NAMES = [
  "it's",
  '"quoted"',
  'back\\slash',
  '{a,b}',
  'NULL',
  'null',
  '   padded   ',
  'percent %s $1 :name ?',
  "'; DROP TABLE task_lock; --",
  'Ünïcödé ⏰ 日本語 🔒',
  'line\nbreak\ttab',
  'x'.repeat(1_000),
];

scenario('names', 'names of every kind work, and stay apart from their neighbours', async (harness, a, b) => {
  const tick = await minuteOf(harness);
  for (const name of ODD_NAMES) {
    await a.win(at(tick), { name });
    assert.equal((await b.claim(at(tick), { name })).status, 'held', name);
    await b.win(at(tick), { name: `${name}x` });
  }
});

/**
 * What every store must do, for use with any test runner. Each scenario needs a harness with an empty store.
 *
 * @example
 * for (const { name, run } of conformanceScenarios) test(name, async () => run(await newHarness()));
 */
export const conformanceScenarios: readonly ConformanceScenario[] = scenarios;
