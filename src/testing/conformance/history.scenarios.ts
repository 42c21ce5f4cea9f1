import { strict as assert } from 'node:assert';
import type { OperatorStore } from '../../store/operator-store.js';
import type { RecordedRun, RunFacts, RunTrigger } from '../../store/recorded-run.js';
import type { ConformanceScenario } from './conformance-harness.js';
import { operatedAs } from './operating.js';
import type { OperatedScenario } from './operating.js';
import { abandoned, at, call, LEASE, MINUTE, minuteOf } from './player.js';
import type { Player } from './player.js';

const history = (name: string, run: OperatedScenario): ConformanceScenario =>
  operatedAs('history', name, run);

type Won = Awaited<ReturnType<Player['win']>>;

const factsOf = ({ fence, startedAt, scheduledTime }: Won, overrides: Partial<RunFacts> = {}): RunFacts => ({
  name: 'task',
  task: 'task',
  fence,
  trigger: 'tick',
  replica: 'replica-a',
  startedAt: new Date(Math.floor(startedAt.getTime())),
  tick: scheduledTime,
  ...overrides,
});

const recorded = async (operator: OperatorStore): Promise<RecordedRun[]> =>
  operator.runs({ task: 'task', limit: 100 });

/** How each run ended, the newest first. */
const outcomes = async (operator: OperatorStore): Promise<string[]> =>
  (await recorded(operator)).map(({ outcome }) => outcome);

const ofCall = { tick: 'call', minHold: 0 } as const;

export const historyScenarios: readonly ConformanceScenario[] = [
  history('a release records its run, with all that is known of it', async (operator, harness, a) => {
    const tick = await minuteOf(harness);
    const won = await a.win(at(tick), { name: 'task:5' });
    const facts = factsOf(won, {
      name: 'task:5',
      key: '5',
      trigger: 'catch-up',
      previousTick: new Date(tick - MINUTE),
      nextDue: new Date(tick + MINUTE),
    });
    const end = {
      name: 'task:5',
      outcome: 'failed',
      error: 'no\0 luck',
    } as const;
    await a.release(won.token, { ...end, run: facts });
    const [run] = await recorded(operator);
    const { finishedAt, outcome, error, ...others } = run!;
    assert.deepEqual(others, facts);
    assert.ok(Math.abs(finishedAt!.getTime() - (await harness.now())) < MINUTE);
    assert.equal(outcome, 'failed');
    assert.match(error ?? '', /^no.? luck$/s);
  }),
  history('a run is recorded as it ended', async (operator, _, a) => {
    const ends = ['succeeded', 'failed', 'aborted', 'cancelled'] as const;
    for (const outcome of ends) {
      const won = await a.win(call);
      await a.release(won.token, { ...ofCall, outcome, run: factsOf(won, { trigger: 'call' }) });
    }
    assert.deepEqual((await outcomes(operator)).sort(), [...ends].sort());
  }),
  history('a claim that is returned, and a run without facts, leave nothing', async (operator, _, a) => {
    const returned = await a.win(call);
    await a.release(returned.token, { ...ofCall, outcome: 'returned', run: factsOf(returned) });
    const { token } = await a.win(call);
    await a.release(token, ofCall);
    assert.deepEqual(await recorded(operator), []);
  }),
  history('a release that is sent again leaves the first record as it is', async (operator, _, a, b) => {
    const won = await a.win(call);
    const run = factsOf(won);
    await a.release(won.token, { ...ofCall, run });
    assert.equal(await a.release(won.token, { ...ofCall, outcome: 'failed', run }), 'gone');
    assert.deepEqual(await outcomes(operator), ['succeeded']);
    await b.win(call);
    assert.equal(await a.release(won.token, { ...ofCall, run }), 'gone');
    assert.deepEqual(await outcomes(operator), ['succeeded']);
  }),
  history('a release sent again adds no record where the first had none', async (operator, _, a) => {
    const won = await a.win(call);
    await a.release(won.token, ofCall);
    assert.equal(await a.release(won.token, { ...ofCall, run: factsOf(won) }), 'gone');
    assert.deepEqual(await recorded(operator), []);
  }),
  history('a run that lost its lock to another one is recorded as lost', async (operator, harness, a, b) => {
    const stale = await a.win(call);
    await harness.advance(LEASE);
    const fresh = await b.win(call);
    assert.equal(await a.release(stale.token, { ...ofCall, run: factsOf(stale) }), 'gone');
    assert.deepEqual(await outcomes(operator), ['lost']);
    await b.release(fresh.token, { ...ofCall, run: factsOf(fresh) });
    assert.deepEqual((await outcomes(operator)).sort(), ['lost', 'succeeded']);
  }),
  history('a run that was taken for dead and ends after all is lost', async (operator, harness, a, b) => {
    const stale = await a.win(call);
    await harness.advance(LEASE);
    await b.win(call);
    await operator.recordDied([factsOf(stale, { trigger: 'tick' })]);
    await a.release(stale.token, {
      ...ofCall,
      error: 'late',
      run: factsOf(stale, { trigger: 'call' }),
    });
    const [run] = await recorded(operator);
    assert.deepEqual([run?.outcome, run?.error, run?.trigger], ['lost', 'late', 'call']);
    assert.ok(run?.finishedAt);
  }),
  history('a run whose end is recorded is never taken for dead', async (operator, harness, a, b) => {
    const won = await a.win(at(await minuteOf(harness)), { recover: true });
    await a.release(won.token, { outcome: 'aborted', run: factsOf(won) });
    const { previous } = await b.win(abandoned, { recover: true });
    assert.equal(previous?.fence, won.fence);
    await operator.recordDied([factsOf(won)]);
    assert.deepEqual(await outcomes(operator), ['aborted']);
  }),
  history(
    'a run in progress says in its row why it began, and so does a dead one',
    async (_, harness, a, b) => {
      const triggers: RunTrigger[] = ['call', 'request', 'operator'];
      for (const trigger of triggers) {
        await a.win(call, { trigger });
        assert.equal((await harness.row('task'))?.outcome, trigger);
        await harness.advance(LEASE);
        const { token, previous } = await b.win(call);
        assert.equal(previous?.trigger, trigger);
        await b.release(token, ofCall);
      }
      const tick = await minuteOf(harness);
      const dead = await a.win(at(tick), { recover: true });
      assert.equal((await harness.row('task'))?.outcome, 'recoverable');
      await harness.advance(LEASE);
      const recovery = await b.win(abandoned, { recover: true });
      assert.deepEqual([recovery.previous?.trigger, recovery.previous?.fence], ['tick', dead.fence]);
      assert.equal((await harness.row('task'))?.outcome, 'recovering');
      await harness.advance(LEASE);
      assert.equal((await a.win(call)).previous?.trigger, 'recovery');
    },
  ),
  history('a tick that is not recovered says so, too', async (_, harness, a) => {
    await a.win(at(await minuteOf(harness)), { trigger: 'catch-up' });
    assert.equal((await harness.row('task'))?.outcome, 'catch-up');
  }),
];
