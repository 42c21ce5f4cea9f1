import { describe, expect, jest, test } from '@jest/globals';
import { expectedTicks } from '../../src/operate/expected-ticks.js';
import { ledgerOf } from '../../src/operate/ledger.js';
import type { TickState } from '../../src/operate/operator-types.js';
import { Turns } from '../../src/operate/turns.js';
import type { LedgerFacts } from '../../src/store/operator-store.js';
import {
  definition,
  HOUR,
  ledgerFacts,
  lockRecord,
  MINUTE,
  runOf,
  runningLock,
  SECOND,
} from '../support/operated.js';

const NOW = '2026-03-10T06:30:00Z';

interface Asked {
  from?: string;
  to?: string;
  most?: number;
  now?: string;
}

/** The ledger of a few hours on 10 March, or of what is asked for. */
async function ledger(
  given: Partial<LedgerFacts>,
  { from = '2026-03-10T03:00:00Z', to, most = 500, now = NOW }: Asked = {},
): Promise<TickState[]> {
  const facts = ledgerFacts(given);
  const window = { from: new Date(from), to: new Date(to ?? now), most };
  return ledgerOf(facts, await expectedTicks(facts.definitions, window), window, new Date(now));
}

/** The fates by the time of their tick. */
async function fates(given: Partial<LedgerFacts>, asked?: Asked): Promise<Record<string, string>> {
  const states = await ledger(given, asked);
  return Object.fromEntries(states.map(({ tick, state }) => [tick.slice(11, 16), state]));
}

const at = (time: string): string => `2026-03-10T${time}:00Z`;
const on = (time: string): Date => new Date(at(time));
/** A run of a tick after that of another one. */
const after = (tick: string, previous: string) => runOf(at(tick), { previousTick: on(previous) });

describe('a tick', () => {
  test('ran, with its run, its outcome and its trigger', async () => {
    const [tick] = await ledger(
      { runs: [runOf(at('03:00'), { outcome: 'failed', error: 'no', trigger: 'recovery' })] },
      { to: at('03:00') },
    );
    expect(tick).toMatchObject({
      state: 'ran',
      run: { outcome: 'failed', trigger: 'recovery', error: 'no' },
    });
  });

  test('ran by its newest run, where the first one died and another one recovered it', async () => {
    const died = runOf(at('03:00'), { outcome: 'died', finishedAt: undefined });
    const recovered = runOf(at('03:00'), { startedAt: on('03:02'), trigger: 'recovery' });
    const [tick] = await ledger({ runs: [recovered, died] }, { to: at('03:00') });
    expect(tick).toMatchObject({ state: 'ran', run: { outcome: 'succeeded', trigger: 'recovery' } });
  });

  test('is running while its run holds the lock', async () => {
    const lock = runningLock({ lastTick: on('06:00'), startedAt: on('06:00'), lockedUntil: on('06:31') });
    expect(await fates({ lock, runs: [after('05:00', '04:00')] })).toMatchObject({ '06:00': 'running' });
  });

  test('is running, too, while a recovery runs it again', async () => {
    const lock = runningLock({ lastTick: on('06:00'), lockedUntil: on('06:31'), outcome: 'recovering' });
    const died = runOf(at('06:00'), { outcome: 'died', finishedAt: undefined });
    expect(await fates({ lock, runs: [died] })).toMatchObject({ '06:00': 'running' });
  });

  test('is not running because a call runs after it', async () => {
    const runs = [after('06:00', '05:00')];
    const call = { lastTick: on('06:00'), startedAt: on('06:20'), lockedUntil: on('06:31') };
    for (const outcome of ['call', 'request', 'operator', undefined]) {
      expect(await fates({ runs, lock: runningLock({ ...call, outcome }) })).toMatchObject({
        '06:00': 'ran',
      });
    }
  });

  test('ran and died where its lease is over, before anybody has written that down', async () => {
    const lock = runningLock({ lastTick: on('06:00'), startedAt: on('06:00'), lockedUntil: on('06:01') });
    const ticks = await ledger({ lock, runs: [after('05:00', '04:00')] });
    expect(ticks.at(-1)).toMatchObject({ state: 'ran', run: { outcome: 'died', replica: 'app-1' } });
  });

  test('was overlapped by a run whose lock was taken away, until the end of its lock', async () => {
    const lost = { outcome: 'lost', startedAt: on('03:00'), finishedAt: on('05:30') } as const;
    const runs = [{ ...after('03:00', '02:00'), ...lost }, after('06:00', '03:00')];
    expect(await fates({ runs })).toMatchObject({ '04:00': 'overlapped', '05:00': 'overlapped' });
  });

  test('was overlapped by a run that is not recorded, no longer than the lock that was taken from it', async () => {
    const taken = {
      lastTick: on('03:00'),
      startedAt: on('03:00'),
      lockedUntil: on('04:30'),
      isTakenAway: true,
    };
    expect(await fates({ lock: runningLock(taken) })).toMatchObject({
      '04:00': 'overlapped',
      '05:00': 'missed',
    });
  });

  test('was missed if the next run says that the tick before it lies before', async () => {
    expect(await fates({ runs: [after('03:00', '02:00'), after('06:00', '03:00')] })).toEqual({
      '03:00': 'ran',
      '04:00': 'missed',
      '05:00': 'missed',
      '06:00': 'ran',
    });
  });

  test('ran and was not recorded if it is the one before the next run', async () => {
    expect(await fates({ runs: [after('03:00', '02:00'), after('06:00', '05:00')] })).toEqual({
      '03:00': 'ran',
      '04:00': 'unknown',
      '05:00': 'ran, not recorded',
      '06:00': 'ran',
    });
  });

  test('is unknown where the next run does not say which tick was before it', async () => {
    expect(await fates({ runs: [runOf(at('06:00'))] })).toMatchObject({ '05:00': 'unknown' });
  });

  test('was missed if the row has had no later one since, and its claim is over', async () => {
    const lock = lockRecord({ lastTick: on('04:00') });
    const facts = { lock, runs: [after('04:00', '03:00')] };
    expect(await fates(facts)).toMatchObject({ '04:00': 'ran', '05:00': 'missed', '06:00': 'missed' });
    expect(await fates(facts, { now: '2026-03-10T06:00:04Z' })).toMatchObject({ '06:00': 'unknown' });
    expect(await fates({ ...facts, lock: undefined })).toMatchObject({ '05:00': 'unknown' });
  });

  test('ran and was not recorded if the row has it', async () => {
    const lock = lockRecord({ lastTick: on('06:00') });
    expect(await fates({ lock, runs: [after('04:00', '03:00')] })).toMatchObject({
      '05:00': 'unknown',
      '06:00': 'ran, not recorded',
    });
  });

  test('of a task that has never run was missed since it was declared', async () => {
    const lock = lockRecord({ lastTick: undefined, fence: 0n, startedAt: new Date(0) });
    const definitions = [definition({ firstDeclared: at('04:30') })];
    expect(await fates({ lock, definitions, historySince: undefined })).toEqual({
      '03:00': 'unknown',
      '04:00': 'unknown',
      '05:00': 'missed',
      '06:00': 'missed',
    });
  });

  test('is unknown where a condition may have refused it', async () => {
    const definitions = [definition({ isConditional: true })];
    expect(await fates({ definitions, runs: [after('06:00', '03:00')] })).toMatchObject({
      '05:00': 'unknown',
    });
  });

  test('is not due within the minimum hold after the tick that ran', async () => {
    const definitions = [definition({ minHold: 2.5 * HOUR })];
    expect(await fates({ definitions, runs: [after('03:00', '00:00'), after('06:00', '03:00')] })).toEqual({
      '03:00': 'ran',
      '04:00': 'not due',
      '05:00': 'not due',
      '06:00': 'ran',
    });
  });

  test('was paused if a pause covers any instant from the tick until its claim gives up', async () => {
    const pausedFrom = async (from: string, to: string): Promise<string | undefined> => {
      const pauses = [{ name: '*', by: 'ana', reason: 'disk', from: new Date(from), to: new Date(to) }];
      return (await fates({ pauses, runs: [after('06:00', '03:00')] }))['05:00'];
    };
    expect(await pausedFrom('2026-03-10T05:00:05Z', at('05:30'))).toBe('paused');
    expect(await pausedFrom('2026-03-10T05:00:06Z', at('05:30'))).toBe('missed');
    expect(await pausedFrom(at('04:30'), '2026-03-10T05:00:01Z')).toBe('paused');
    expect(await pausedFrom(at('04:30'), '2026-03-10T05:00:00Z')).toBe('missed');
  });

  test('tells who has paused it', async () => {
    const pauses = [{ name: '*', by: 'ana', reason: 'disk', from: on('04:30') }];
    const [tick] = await ledger({ pauses }, { from: at('05:00'), to: at('05:00') });
    expect(tick!.paused).toEqual({
      name: '*',
      by: 'ana',
      reason: 'disk',
      since: on('04:30').toISOString(),
      until: null,
    });
  });

  test('was overlapped by a run that was in progress when its timers fired, and tells which', async () => {
    const call = (finishedAt: string) =>
      runOf(undefined, { startedAt: on('04:10'), finishedAt: new Date(finishedAt) });
    const runs = [after('06:00', '04:00')];
    expect(await fates({ runs: [call('2026-03-10T05:00:01Z'), ...runs] })).toMatchObject({
      '05:00': 'overlapped',
    });
    expect(await fates({ runs: [call('2026-03-10T05:00:00.999Z'), ...runs] })).toMatchObject({
      '05:00': 'missed',
    });
    const ticks = await ledger({ runs: [call(at('05:10')), ...runs] }, { from: at('05:00') });
    expect(ticks[0]).toMatchObject({ state: 'overlapped', run: { trigger: 'call' } });
  });

  test('was overlapped by the run of another tick, and by one in progress', async () => {
    const definitions = [definition({ minHold: 0 })];
    const long = runOf(at('03:00'), { finishedAt: on('04:30'), previousTick: on('02:00') });
    const lock = runningLock({ lastTick: on('05:00'), startedAt: on('05:00'), lockedUntil: on('06:31') });
    expect(await fates({ definitions, lock, runs: [long] })).toEqual({
      '03:00': 'ran',
      '04:00': 'overlapped',
      '05:00': 'running',
      '06:00': 'overlapped',
    });
  });

  test('was overlapped by a dead run until its lease was over', async () => {
    const definitions = [
      definition({ schedule: '* * * * *', interval: MINUTE, minHold: 0, lease: 90 * SECOND }),
    ];
    const died = runOf(at('06:00'), { outcome: 'died', finishedAt: undefined, previousTick: on('05:59') });
    const runs = [died, after('06:03', '06:00')];
    expect(await fates({ definitions, runs }, { from: at('06:00'), to: at('06:03') })).toEqual({
      '06:00': 'ran',
      '06:01': 'overlapped',
      '06:02': 'missed',
      '06:03': 'ran',
    });
  });

  test('is unknown before the history, but for what the first run of it says', async () => {
    const runs = [after('06:00', '04:00')];
    expect(await fates({ runs, historySince: on('06:00') })).toEqual({
      '03:00': 'unknown',
      '04:00': 'ran, not recorded',
      '05:00': 'unknown',
      '06:00': 'ran',
    });
  });

  test('that ran is told although no definition names it: its job may have got another schedule', async () => {
    expect(await fates({ runs: [after('05:17', '04:00')] }, { from: at('05:00') })).toEqual({
      '05:00': 'missed',
      '05:17': 'ran',
      '06:00': 'not due',
    });
  });
});

describe('a ledger', () => {
  test('has the newest ticks, and no more than are asked for', async () => {
    expect(Object.keys(await fates({}, { most: 2 }))).toEqual(['05:00', '06:00']);
  });

  test('has no ticks of an interval, of a disabled task, or of a schedule that cannot be read', async () => {
    for (const given of [
      { schedule: 'every 60s' },
      { schedule: undefined },
      { isDisabled: true },
      { schedule: '61 * * * *' },
      { timeZone: 'Mars/Olympus' },
    ]) {
      expect(await ledger({ definitions: [definition(given)] })).toEqual([]);
    }
  });

  test('has the one tick of a date', async () => {
    const definitions = [definition({ schedule: '2026-03-10T05:15:00.000Z' })];
    expect(await fates({ definitions })).toEqual({ '05:15': 'unknown' });
  });

  test('goes by the definition that was current at each tick', async () => {
    const definitions = [
      definition({ schedule: '0 * * * *', minHold: 0 }),
      definition({ schedule: '30 */2 * * *', minHold: 0, firstDeclared: at('04:15') }),
    ];
    expect(Object.keys(await fates({ definitions }))).toEqual(['03:00', '04:00', '04:30', '06:30']);
  });

  /** Hourly at these minutes, declared between these instants. */
  const hourlyAt = (minute: number, first: string, last: string) =>
    definition({
      schedule: `${minute} * * * *`,
      minHold: 0,
      firstDeclared: at(first),
      lastDeclared: at(last),
    });

  test('after a rollback goes by the old definition, by the new one, and by the old one again', async () => {
    const definitions = [hourlyAt(0, '01:00', '06:28'), hourlyAt(30, '03:45', '05:10')];
    expect(Object.keys(await fates({ definitions }))).toEqual(['03:00', '04:30', '06:00']);
    // The new one was in use for fifteen minutes more.
    const until = [hourlyAt(0, '01:00', '06:28'), hourlyAt(30, '03:45', '05:16')];
    expect(Object.keys(await fates({ definitions: until }))).toEqual(['03:00', '04:30', '05:30', '06:00']);
  });

  test('goes by a definition that was declared once more from then on', async () => {
    const definitions = [
      hourlyAt(0, '01:00', '03:40'),
      hourlyAt(30, '03:45', '05:10'),
      hourlyAt(0, '05:12', '06:28'),
    ];
    expect(Object.keys(await fates({ definitions }))).toEqual(['03:00', '04:30', '06:00']);
  });

  test('in an outage goes by the newest of the definitions that were in use before it', async () => {
    const sideBySide = [hourlyAt(0, '01:00', '03:10'), hourlyAt(30, '02:52', '02:58')];
    expect(Object.keys(await fates({ definitions: sideBySide }))).toEqual([
      '03:30',
      '04:30',
      '05:30',
      '06:30',
    ]);
    const wentOn = [hourlyAt(0, '01:00', '04:10'), hourlyAt(30, '02:52', '02:58')];
    expect(Object.keys(await fates({ definitions: wentOn }))).toEqual(['04:00', '05:00', '06:00']);
  });

  test('stays with the newest definition, however long no replica has started', async () => {
    const definitions = [definition({ lastDeclared: '2026-03-01T00:00:00Z' })];
    expect(Object.keys(await fates({ definitions }))).toEqual(['03:00', '04:00', '05:00', '06:00']);
  });

  test('ends with the last declaration of a task that is declared no more', async () => {
    const definitions = [definition({ isDeclared: false, lastDeclared: at('04:20') })];
    expect(Object.keys(await fates({ definitions }))).toEqual(['03:00', '04:00']);
  });

  test('of irregular ticks goes as far back as it takes', async () => {
    const definitions = [definition({ schedule: '0,1 9 * * 1', firstDeclared: '2025-01-01T00:00:00Z' })];
    const states = await ledger({ definitions }, { from: '2025-01-01T00:00:00Z', most: 5 });
    expect(states.map(({ tick }) => tick.slice(0, 16))).toEqual([
      '2026-02-23T09:01',
      '2026-03-02T09:00',
      '2026-03-02T09:01',
      '2026-03-09T09:00',
      '2026-03-09T09:01',
    ]);
  });

  test('lets the event loop have its turns', async () => {
    const definitions = [definition({ schedule: '0 3 * * *', timeZone: 'Europe/Berlin' })];
    let turns = 0;
    const watch = setInterval(() => turns++, 1);
    const ticks = await ledger({ definitions }, { from: '2010-01-01T00:00:00Z' }).finally(() =>
      clearInterval(watch),
    );
    expect(ticks).toHaveLength(500);
    expect(turns).toBeGreaterThan(0);
  });

  test('lets it have one at each step, however long that takes', async () => {
    const definitions = [definition({ schedule: '0 0 29 2 *', timeZone: 'Europe/Berlin' })];
    const yields = jest.spyOn(Turns.prototype, 'yieldIfLong');
    const window = { from: new Date('1950-01-01T00:00:00Z'), to: new Date(NOW), most: 500 };
    await expectedTicks(definitions, window);
    expect(yields).toHaveBeenCalledTimes(19);
    yields.mockRestore();
  });

  test('guesses no further back than a year before the first declaration', async () => {
    const { definitions } = ledgerFacts({
      definitions: [definition({ schedule: '0 0 29 2 *', firstDeclared: '2024-06-01T00:00:00Z' })],
    });
    const ticks = await expectedTicks(definitions, { to: new Date(NOW), most: 500 });
    expect(ticks.map(({ tick, isGuess }) => [tick.toISOString(), isGuess])).toEqual([
      ['2024-02-29T00:00:00.000Z', true],
    ]);
  });
});

describe('a daily ledger over a change to daylight saving', () => {
  const daily = (timeZone: string, schedule: string) => [
    definition({ timeZone, schedule, minHold: 21.6 * HOUR }),
  ];
  const ticks = async (timeZone: string, schedule: string, from: string, to: string): Promise<string[]> =>
    (await ledger({ definitions: daily(timeZone, schedule) }, { from, to, now: to })).map(({ tick }) => tick);

  test('has the tick that the clock leaves out at the change, in Berlin', async () => {
    expect(
      await ticks('Europe/Berlin', '30 2 * * *', '2026-03-28T00:00:00Z', '2026-03-30T12:00:00Z'),
    ).toEqual(['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']);
  });

  test('has the tick once that the clock shows twice, in New York', async () => {
    expect(
      await ticks('America/New_York', '30 1 * * *', '2026-10-31T00:00:00Z', '2026-11-02T12:00:00Z'),
    ).toEqual(['2026-10-31T05:30:00.000Z', '2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z']);
  });

  test('does not take the day of 23 hours for one within the minimum hold', async () => {
    const definitions = [
      definition({ timeZone: 'Europe/Berlin', schedule: '0 3 * * *', minHold: 23.5 * HOUR }),
    ];
    const runs = [
      runOf('2026-03-28T02:00:00Z'),
      runOf('2026-03-30T01:00:00Z', { previousTick: new Date('2026-03-28T02:00:00Z') }),
    ];
    const asked = { from: '2026-03-28T00:00:00Z', now: '2026-03-30T12:00:00Z' };
    expect((await ledger({ definitions, runs }, asked)).map(({ state }) => state)).toEqual([
      'ran',
      'missed',
      'ran',
    ]);
  });
});
