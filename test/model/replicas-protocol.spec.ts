import { strict as assert } from 'node:assert';
import { afterEach, describe, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { modelRuns, PATIENCE } from './model-runs.js';
import { Fleet } from './replicas/fleet.js';
import { LONGEST_WAY, play, scripts } from './replicas/scripts.js';

const SECOND = 1_000;
/** The longest pause between two tries, and the ways of the try. */
const ONE_TRY = SECOND;

afterEach(() => void jest.restoreAllMocks());

const fleets = [
  { which: 'whose clocks are set now and then', clocksAreSet: true },
  { which: 'whose machines are suspended now and then', clocksAreSet: false },
];

describe.each(fleets)('replicas $which', ({ clocksAreSet }) => {
  test(
    'never hold one lock at once, run each tick once, and go on after all faults',
    async () => {
      const property = fc.asyncProperty(scripts(clocksAreSet), async (script) => {
        repeatableChance(script.seed);
        const fleet = new Fleet(script.task, script.work);
        await play(fleet, script);
        await fleet.heal(script.withReset);
        if (script.withReset) await noGhostIsLeft(fleet);
        await ticksRunAgain(fleet);
        await nothingIsLeftUnderWay(fleet);
        await aLongRunKeepsItsLock(fleet);
      });
      await fc.assert(property, modelRuns(200));
    },
    PATIENCE,
  );
});

/** Once every connection that was silent is broken, what nobody will run goes back, and not at the end of its lease. */
async function noGhostIsLeft(fleet: Fleet): Promise<void> {
  await fleet.pass(3 * LONGEST_WAY + fleet.task.claimTimeout + ONE_TRY);
  fleet.checkNoGhost();
}

/** Once every lease is over, ticks run again. */
async function ticksRunAgain(fleet: Fleet): Promise<void> {
  const { task, witness } = fleet;
  fleet.start({ ahead: 0, phase: 0, journeys: [] });
  await fleet.pass(task.maxHold + task.lease + 3 * LONGEST_WAY + task.claimTimeout);
  const runsBefore = witness.runs.length;
  await fleet.pass(4 * task.interval);
  assert.ok(witness.runs.length - runsBefore >= 3, 'the ticks go on');
  // A replica whose clock is late may run an older tick just when a tick is due, which is then run late too.
  fleet.setClocksRight();
  await fleet.pass(2 * task.interval);
  const from = Math.ceil(fleet.now / task.interval) * task.interval;
  await fleet.pass(3 * task.interval + SECOND);
  for (const tick of task.kind === 'scheduled' ? [0, 1, 2].map((nth) => from + nth * task.interval) : []) {
    assert.equal(witness.runsOf(tick), 1, `the tick of ${new Date(tick).toISOString()} ran`);
  }
}

/** When no tick comes any more, nothing goes on and the lock is free. */
async function nothingIsLeftUnderWay(fleet: Fleet): Promise<void> {
  const { interval, maxHold, lease, claimTimeout } = fleet.task;
  for (const replica of fleet.replicas) replica.stopSchedule();
  await fleet.pass(10 * (interval + maxHold + lease + claimTimeout));
  fleet.checkRest();
}

/** Nothing stands in the way of a call, nor of its renewals. */
async function aLongRunKeepsItsLock(fleet: Fleet): Promise<void> {
  const { lease, maxHold } = fleet.task;
  const runsBefore = fleet.witness.runs.length;
  fleet.plan({ duration: maxHold, fails: false, heedsSignal: true });
  fleet.replicas.at(-1)!.call();
  await fleet.pass(Math.min(3 * lease, 0.9 * maxHold));
  assert.equal(fleet.witness.runs.length, runsBefore + 1, 'a call runs');
  assert.ok(fleet.witness.runs.at(-1)!.lock.isHeld(), 'a run keeps its lock until its maximum hold');
}

/** The library spreads retries by chance: a counterexample must be the same each time it is played. */
function repeatableChance(seed: number): void {
  let state = seed;
  jest.spyOn(Math, 'random').mockImplementation(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}
