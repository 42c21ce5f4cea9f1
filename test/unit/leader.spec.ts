import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { currentTaskRun, TaskLock, TaskLockConfigurationError, TaskLockUsageError } from '../../src/index.js';
import type { LeadOptions } from '../../src/index.js';
import { candidatePoll } from '../../src/lock/wait-policy.js';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { Election, LEASE, LONGEST_POLL } from '../support/election.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { watch } from '../support/locks.js';
import { serviceReplica, writing } from '../support/service-replica.js';

const BY_ANN = { by: 'ann', reason: 'it hangs' };

/** Three candidates, one of which leads. */
async function elected(options: Partial<LeadOptions> = {}) {
  const election = new Election();
  for (let candidates = 0; candidates < 3; candidates++) election.candidate(options);
  await election.untilElected(LONGEST_POLL);
  const { leader } = election;
  const others = election.replicas.filter((replica) => replica !== leader);
  return { election, leader, others };
}

const seen = (fence: bigint) => ({ name: 'projector', task: 'projector', fence });
const outcomes = async ({ store }: Election) =>
  (await store.operator.runs({ task: 'projector', limit: 10 })).map(({ outcome }) => outcome);

describe('an election', () => {
  test('has one leader, who is given a run', async () => {
    const { leader, others, election } = await elected();
    expect(leader.told).toEqual(['elected']);
    expect(others.map(({ told }) => told)).toEqual([[], []]);
    const [run] = leader.runs;
    expect(run).toMatchObject({ name: 'projector', fence: election.store.row('projector')?.fence });
    expect(run?.signal.aborted).toBe(false);
    expect(leader.replica.log.lines.log).toEqual([
      `This replica leads "projector", with the fence ${run?.fence}.`,
    ]);
  });

  test('is the run of what the leader does', async () => {
    let inside: unknown;
    const { leader } = await elected({ onElected: () => void (inside = currentTaskRun()) });
    expect(inside).toBe(leader.runs[0]);
  });

  test('leaves its leader leading for longer than any run may last', async () => {
    const election = new Election();
    const leader = election.candidate();
    await election.pass(90 * 60_000, 2_500);
    expect(leader.candidate.isLeader).toBe(true);
    expect(leader.told).toEqual(['elected']);
    expect(leader.replica.log.lines.warn).toEqual([]);
  });

  test('costs a loser a claim each poll, and says nothing of it', async () => {
    const { election, others } = await elected();
    const [loser] = others;
    const before = loser!.claims;
    await election.pass(60_000);
    expect(loser!.claims - before).toBeGreaterThan(60_000 / LONGEST_POLL - 1);
    expect(loser!.claims - before).toBeLessThan(60_000 / 300);
    expect(loser!.replica.log.lines.verbose).toEqual([]);
  });
});

describe('one that stops', () => {
  test('hands over at once: another leads with a greater fence, and it stands in no other election', async () => {
    const { election, leader } = await elected();
    const stopped = watch(leader.candidate.stop());
    await settled();
    expect(stopped.isSettled).toBe(true);
    expect(leader.told).toEqual(['elected', 'stopped']);
    expect(leader.candidate.isLeader).toBe(false);
    await election.untilElected(LONGEST_POLL);
    expect(election.leader.runs[0]!.fence > leader.runs[0]!.fence).toBe(true);
    await election.leader.candidate.stop();
    await election.untilElected(LONGEST_POLL);
    await election.leader.candidate.stop();
    await election.pass(2 * LEASE);
    expect(election.leaders).toEqual([]);
    expect(await outcomes(election)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test('keeps the lock until its work has settled, so that the next leader does not begin beside it', async () => {
    const [ended, deposed] = [new Gate(), new Gate()];
    const { election, leader } = await elected({
      onElected: async ({ signal }) => {
        if (!signal.aborted) await once(signal, 'abort');
        await ended.opened;
      },
      onDeposed: () => deposed.opened,
    });
    const stopped = watch(leader.candidate.stop());
    await election.pass(LEASE / 3);
    ended.open();
    await election.pass(LEASE / 3);
    expect(leader.told).toEqual(['elected', 'stopped']);
    // It may still write, and nobody else can.
    await leader.runs[0]!.transaction(writing('the last position'));
    expect(leader.replica.committed).toEqual(['the last position']);
    expect([stopped.isSettled, election.leaders]).toEqual([false, []]);
    expect(leader.replica.log.lines.warn).toEqual([]);
    deposed.open();
    await election.untilElected(LONGEST_POLL);
    expect(stopped.isSettled).toBe(true);
    await expect(leader.runs[0]!.transaction(writing('late'))).rejects.toMatchObject({ reason: 'released' });
  });

  test('says that it waits where its work has not settled within a lease, and still holds the lock', async () => {
    const { election, leader } = await elected({ onDeposed: () => new Promise(() => {}) });
    void leader.candidate.stop();
    await election.pass(3 * LEASE);
    expect(leader.replica.log.lines.warn).toEqual([
      '"projector" was deposed (stopped) 15s ago, and its onElected or onDeposed has not settled: until then this replica ' +
        'cannot lead again, and a lock that it still holds stays held.',
    ]);
    expect(election.leaders).toEqual([]);
  });

  test('before it was elected is never elected', async () => {
    const { election, others } = await elected();
    for (const { candidate } of others) await candidate.stop();
    await election.leader.candidate.stop();
    await election.pass(2 * LEASE);
    expect(others.map(({ told }) => told)).toEqual([[], []]);
  });

  test('while its claim is on its way gives the lock back unused', async () => {
    const election = new Election();
    const early = election.candidate();
    await early.candidate.stop();
    expect(early.told).toEqual([]);
    expect(await outcomes(election)).toEqual([]);
    election.candidate();
    await election.untilElected(LONGEST_POLL);
  });

  test('from inside its own work does not wait for itself', async () => {
    const election = new Election();
    const replica = election.candidate({ onElected: async () => replica.candidate.stop() });
    await election.pass(LONGEST_POLL);
    expect(replica.told).toEqual(['elected', 'stopped']);
    expect(await outcomes(election)).toEqual(['succeeded']);
  });

  test('at the end of an `await using` block', async () => {
    const election = new Election();
    const replica = election.candidate();
    {
      await using candidate = replica.candidate;
      await election.untilElected(LONGEST_POLL);
      expect(candidate.isLeader).toBe(true);
    }
    expect(replica.told).toEqual(['elected', 'stopped']);
  });
});

describe('a shutdown', () => {
  test('hands over at once, and does not wait for a run that goes on', async () => {
    const { election, leader } = await elected();
    const gate = new Gate();
    const running = leader.replica.service.run({ name: 'export' }, () => gate.opened);
    await settled();
    const stopping = watch(leader.replica.shutDown());
    await election.untilElected(LONGEST_POLL);
    expect(leader.told).toEqual(['elected', 'shutdown']);
    expect(leader.runs[0]!.signal.reason).toMatchObject({ reason: 'shutdown' });
    expect(election.leader).not.toBe(leader);
    expect(stopping.isSettled).toBe(false);
    gate.open();
    await running;
    await election.pass(50);
    expect(stopping.isSettled).toBe(true);
  });

  test('waits for the work of the leader, no longer than shutdownTimeout', async () => {
    const { election, leader } = await elected({ onDeposed: () => new Promise(() => {}) });
    const stopping = watch(leader.replica.shutDown());
    await election.pass(24_000);
    expect([stopping.isSettled, election.leaders]).toEqual([false, []]);
    await election.pass(3_000);
    expect(stopping.isSettled).toBe(true);
  });
});

test('after a shutdown nobody stands in an election', async () => {
  const election = new Election();
  const { replica, clock } = election.candidate();
  await replica.shutDown();
  const candidate = replica.service.lead('other', { onElected: () => {}, onDeposed: () => {} });
  await election.pass(1_000);
  expect(clock.pending).toBe(0);
  await candidate.stop();
});

test('a leader is no part of the run in which it was asked for', async () => {
  const clock = new FakeClock();
  const { service } = serviceReplica({ store: new InMemoryLockStore(() => clock.now()), clock });
  let inside: unknown;
  await service.run({ name: 'outer' }, async () => {
    const gate = new Gate();
    service.lead('projector', {
      onElected: async () => {
        inside = await service.run({ name: 'outer' }, () => 'joined');
        gate.open();
      },
      onDeposed: () => {},
    });
    await gate.opened;
  });
  expect(inside).toMatchObject({ status: 'skipped', reason: 'held' });
});

test('a candidate polls each twentieth of a lease, and each second of a long one, or half as long more', () => {
  const longest = (lease: number) => Math.max(...Array.from({ length: 100 }, () => candidatePoll(lease)));
  expect(longest(2_000)).toBeLessThanOrEqual(150);
  expect(longest(60_000)).toBeLessThanOrEqual(1_500);
  expect(longest(60_000)).toBeGreaterThan(1_000);
});

describe('a leader that dies', () => {
  test('is replaced within its lease and a tenth of it, with a greater fence', async () => {
    const { election, leader } = await elected();
    await election.pass(4_000);
    election.kill(leader);
    const took = await election.untilElected(1.1 * LEASE);
    expect(took).toBeGreaterThan(LEASE / 2);
    expect(election.leader.runs[0]!.fence > leader.runs[0]!.fence).toBe(true);
  });
});

describe('a leader that has lost its lease', () => {
  test('in an outage is deposed before another can be elected, and is a candidate again afterwards', async () => {
    const { election, leader } = await elected();
    leader.isCutOff = true;
    for (let passed = 0; leader.leads; passed += 50) {
      expect(passed).toBeLessThan(LEASE);
      expect(election.leader).toBe(leader);
      await election.pass(50);
    }
    expect(leader.told).toEqual(['elected', 'lease']);
    expect(leader.runs[0]!.signal.reason).toMatchObject({ reason: 'lease' });
    await election.untilElected(LONGEST_POLL);
    leader.isCutOff = false;
    for (const { candidate } of election.replicas.filter((replica) => replica !== leader))
      await candidate.stop();
    await election.pass(8_000);
    expect(election.leader).toBe(leader);
    expect(leader.told).toEqual(['elected', 'lease', 'elected']);
  });

  test('while it was stopped knows so before its first timer fires, and commits nothing more', async () => {
    const { election, leader } = await elected();
    leader.isStopped = true;
    await election.pass(2 * LEASE);
    const { leader: next } = election;
    leader.wakeUp();
    expect(leader.candidate.isLeader).toBe(false);
    expect(election.leader).toBe(next);
    await expect(leader.runs[0]!.transaction(writing('late'))).rejects.toMatchObject({ reason: 'lease' });
    expect(leader.replica.committed).toEqual([]);
    await election.pass(1_000);
    expect(leader.told).toEqual(['elected', 'lease']);
    expect(await outcomes(election)).toContain('lost');
  });

  test('does not lead again here before its old work has settled', async () => {
    const gate = new Gate();
    const election = new Election();
    const only = election.candidate({ onElected: () => gate.opened });
    await election.untilElected(LONGEST_POLL);
    only.isCutOff = true;
    await election.pass(LEASE);
    only.isCutOff = false;
    await election.pass(2 * LEASE);
    expect(only.told).toEqual(['elected', 'lease']);
    gate.open();
    await election.pass(8_000);
    expect(only.told).toEqual(['elected', 'lease', 'elected']);
  });
});

describe('an operator', () => {
  test('deposes a leader by a cancel, and another is elected', async () => {
    const { election, leader } = await elected();
    await election.store.operator.cancel(seen(leader.runs[0]!.fence), BY_ANN);
    await election.pass(LEASE / 3 + 2 * LONGEST_POLL);
    expect(leader.told).toEqual(['elected', 'cancelled']);
    expect(election.leader).not.toBe(leader);
    expect(await outcomes(election)).toEqual(['cancelled']);
  });

  test('deposes a leader by a forced release', async () => {
    const { election, leader } = await elected();
    await election.store.operator.release(seen(leader.runs[0]!.fence), {
      ...BY_ANN,
      force: true,
      now: false,
    });
    await election.pass(1.2 * LEASE);
    expect(leader.told.slice(0, 2)).toEqual(['elected', 'taken']);
    expect(election.leaders).toHaveLength(1);
  });

  test('keeps anybody from being elected by a pause, under which the leader goes on', async () => {
    const { election, leader } = await elected();
    await election.store.operator.pause('projector', undefined, BY_ANN);
    await election.pass(2 * LEASE);
    expect(election.leader).toBe(leader);
    await leader.candidate.stop();
    await election.pass(2 * LEASE);
    expect(election.leaders).toEqual([]);
    await election.store.operator.resume('projector', BY_ANN);
    await election.untilElected(LONGEST_POLL);
  });

  test('sees who leads', async () => {
    const { election, leader } = await elected();
    const operator = new TaskLockOperator(election.store.operator, {}, election.time);
    const state = await operator.task('projector');
    expect(state).toMatchObject({
      state: 'running',
      running: { replica: `replica-${election.replicas.indexOf(leader) + 1}` },
    });
    const { sentences } = await operator.explain('projector');
    expect(sentences[0]).toMatch(
      /^'projector' is running on replica-\d since 2026-03-01T12:00:\S+, for .+; its lease lasts until \S+, which it renews\.$/,
    );
  });
});

describe('onElected that throws', () => {
  const failing = () => Promise.reject(new Error('no position'));

  test('is logged, and lets another candidate lead', async () => {
    const election = new Election();
    const first = election.candidate({ onElected: failing });
    await election.pass(50);
    const second = election.candidate();
    await election.untilElected(LONGEST_POLL);
    expect(election.leader).toBe(second);
    expect(first.told).toEqual(['elected', 'failed']);
    expect(first.replica.log.lines.error).toEqual([
      'onElected of the leader "projector" failed: Error: no position',
    ]);
    expect(await election.store.operator.runs({ task: 'projector', limit: 1 })).toMatchObject([
      { outcome: 'failed', error: 'Error: no position' },
    ]);
  });

  test('is tried again, and not in a loop that keeps the process busy', async () => {
    const election = new Election();
    const only = election.candidate({ onElected: failing });
    await election.pass(60_000);
    const attempts = only.told.filter((told) => told === 'elected').length;
    expect(attempts).toBeGreaterThan(10);
    expect(attempts).toBeLessThan(60);
  });

  test('because its signal aborted has not failed', async () => {
    const { leader } = await elected({
      onElected: async ({ signal }) => {
        await once(signal, 'abort');
        signal.throwIfAborted();
      },
    });
    await leader.candidate.stop();
    expect(leader.replica.log.lines.error).toEqual([]);
  });
});

test('onDeposed that throws is logged, and hands over all the same', async () => {
  const { election, leader } = await elected({ onDeposed: () => Promise.reject(new Error('still busy')) });
  await leader.candidate.stop();
  expect(leader.replica.log.lines.error).toEqual([
    'onDeposed of the leader "projector" failed: Error: still busy',
  ]);
  await election.untilElected(LONGEST_POLL);
});

describe('lead refuses', () => {
  class Jobs {
    @TaskLock('export')
    async export(): Promise<void> {}
  }
  const { service } = serviceReplica({
    store: new InMemoryLockStore(),
    clock: new FakeClock(),
    jobs: [new Jobs()],
    environment: { LEADER_LEASE: '0s' },
  });
  const methods = { onElected: () => {}, onDeposed: () => {} };

  test.each([
    [
      'the name of a task',
      'export',
      {},
      "option name: 'export' is the name of Jobs.export already: a leader needs a name of its own",
    ],
    [
      'an empty lease',
      'projector',
      { lease: '${leader.lease}' },
      "option lease: must be more than 0: write it like '15s'",
    ],
    ['a lease without a unit', 'projector', { lease: '15' }, "option lease: '15' carries no unit"],
    ['a wrong name', '', {}, 'option name: '],
  ])('%s', (_, name, options, message) => {
    const lead = () => service.lead(name, { ...methods, ...options });
    expect(lead).toThrow(TaskLockConfigurationError);
    expect(lead).toThrow(`TaskLockService.lead('${name}'), ${message}`);
  });

  test('a method that is missing', () => {
    const options = { onElected: () => {} } as unknown as LeadOptions;
    expect(() => service.lead('projector', options)).toThrow(TaskLockUsageError);
    expect(() => service.lead('projector', options)).toThrow(
      "TaskLockService.lead('projector'), option onDeposed: must be a function; it is undefined",
    );
  });
});

/** The same numbers each time: a walk that fails once fails always. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([1, 2])('two never lead at once, whatever becomes of the candidates (walk %i)', async (seed) => {
  const below = numbersFrom(seed);
  const election = new Election();
  const one = () => election.replicas[below(election.replicas.length)]!;
  const candidate = () => election.candidate();
  for (let candidates = 0; candidates < 4; candidates++) candidate();
  const events: (() => unknown)[] = [
    () => (one().isStopped = true),
    () => election.replicas.filter(({ isStopped }) => isStopped).forEach((replica) => replica.wakeUp()),
    () => (one().isCutOff = true),
    () => election.replicas.forEach((replica) => (replica.isCutOff = false)),
    () => void one().candidate.stop(),
    () => (election.replicas.length > 2 ? election.kill(one()) : candidate()),
    candidate,
    async () => {
      const { runs } = one();
      const fence = runs.at(-1)?.fence;
      if (fence !== undefined) await election.store.operator.cancel(seen(fence), BY_ANN);
    },
  ];
  for (let event = 0; event < 60; event++) {
    await events[below(events.length)]!();
    await election.pass(below(LEASE));
  }
  election.replicas.filter(({ isStopped }) => isStopped).forEach((replica) => replica.wakeUp());
  election.replicas.forEach((replica) => (replica.isCutOff = false));
  for (let crash = 0; crash < 5; crash++) {
    candidate();
    await election.untilElected(2 * LEASE);
    await election.pass(below(LEASE));
    election.kill(election.leader);
  }
  expect(election.mostLeaders).toBe(1);
});
