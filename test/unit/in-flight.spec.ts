import { beforeEach, describe, expect, test } from '@jest/globals';
import { InFlight } from '../../src/common/in-flight.js';
import { FakeClock } from '../support/fake-clock.js';
import { watch } from '../support/locks.js';
import { Later } from '../support/scripted-store.js';

const PATIENCE = 10_000;

let clock: FakeClock;
let unfinished: InFlight;

beforeEach(() => {
  clock = new FakeClock();
  unfinished = new InFlight();
});

describe('unfinished work', () => {
  test('has ended at once where there is none', async () => {
    await unfinished.ended(clock, PATIENCE);
    expect(clock.pending).toBe(0);
  });

  test('has ended when all of it has, whether it succeeded or failed', async () => {
    const [succeeds, fails] = [new Later<void>(), new Later<void>()];
    void unfinished.track(succeeds.promise);
    unfinished.track(fails.promise).catch(() => {});
    unfinished.begin();
    const ended = watch(unfinished.ended(clock, PATIENCE));
    succeeds.resolve();
    fails.reject(new Error('the connection broke'));
    await clock.advance(0);
    expect(ended.isSettled).toBe(false);
    unfinished.end();
    await clock.advance(0);
    expect(ended.isSettled).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('includes what begins while it is awaited: a run that ends begins its release', async () => {
    const release = new Later<void>();
    unfinished.begin();
    const ended = watch(unfinished.ended(clock, PATIENCE));
    void unfinished.track(release.promise);
    unfinished.end();
    await clock.advance(0);
    expect(ended.isSettled).toBe(false);
    release.resolve();
    await clock.advance(0);
    expect(ended.isSettled).toBe(true);
  });

  test('is awaited no longer than the patience', async () => {
    unfinished.begin();
    const ended = watch(unfinished.ended(clock, PATIENCE));
    await clock.advance(PATIENCE - 1);
    expect(ended.isSettled).toBe(false);
    await clock.advance(1);
    expect(ended.isSettled).toBe(true);
  });

  test('is handed back as it is, with its value or its error', async () => {
    expect(await unfinished.track(Promise.resolve('value'))).toBe('value');
    await expect(unfinished.track(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  });
});
