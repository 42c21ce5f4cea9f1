import { describe, expect, test } from '@jest/globals';
import { ClaimAttempt } from '../../src/lock/claim-attempt.js';
import type { ClaimAnswer, TickRequest, WonAnswer } from '../../src/store/lock-store.js';
import { InFlight } from '../../src/common/in-flight.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { aTick, watch } from '../support/locks.js';
import { answerLost, busy, held, Later, notSent, ScriptedStore, won } from '../support/scripted-store.js';
import type { Script } from '../support/scripted-store.js';

const PATIENCE = 2_500;

const aCall: TickRequest = { kind: 'call' };

function attemptWith(claim: NonNullable<Script['claim']>, tick = aTick.tick) {
  const store = new ScriptedStore({ claim });
  const clock = new FakeClock();
  const unfinished = new InFlight();
  const strays: string[] = [];
  const onStray = (token: string) => void strays.push(token);
  const attempt = new ClaimAttempt(store, clock, { ...aTick, tick }, 'replica-a', unfinished, onStray);
  return { attempt, store, clock, unfinished, strays };
}

async function useNext(attempt: ClaimAttempt): Promise<void> {
  attempt.use((await attempt.send(PATIENCE)) as WonAnswer);
}

describe('an attempt', () => {
  test('asks with one token, however often, and another attempt has another one', async () => {
    const { attempt, store } = attemptWith([busy, busy, won()]);
    for (let asks = 0; asks < 3; asks++) await attempt.send(PATIENCE);
    expect(new Set(store.claims.map(({ token }) => token))).toEqual(new Set([attempt.token]));
    expect(attemptWith([busy]).attempt.token).not.toBe(attempt.token);
  });

  test('was sent when its token was sent first', async () => {
    const { attempt, clock } = attemptWith([busy, won()]);
    const first = clock.now();
    await attempt.send(PATIENCE);
    await clock.advance(900);
    await attempt.send(PATIENCE);
    expect(attempt.sentAt).toEqual({ wall: first, monotonic: 0 });
  });

  test('hands the store the signal that it is given up, so that nothing is sent after that', async () => {
    const { attempt, store } = attemptWith([busy]);
    await attempt.send(PATIENCE);
    expect(store.signals).toEqual([{ aborted: false }]);
    attempt.giveUp();
    expect(store.signals).toEqual([{ aborted: true }]);
  });

  test('rejects with the error of the store', async () => {
    const error = new Error('relation "task_lock" does not exist');
    await expect(attemptWith([error]).attempt.send(PATIENCE)).rejects.toBe(error);
  });

  test('has no answer when it is given up before one came', async () => {
    const { attempt } = attemptWith([new Later<ClaimAnswer>().promise]);
    const asked = watch(attempt.send(PATIENCE));
    await settled();
    expect(asked.isSettled).toBe(false);
    attempt.giveUp();
    await settled();
    expect(asked).toEqual({ isSettled: true, value: undefined });
  });

  test('counts as unfinished until the store has answered, also when it was given up', async () => {
    const answer = new Later<ClaimAnswer>();
    const { attempt, unfinished, clock } = attemptWith([answer.promise]);
    void attempt.send(PATIENCE);
    attempt.giveUp();
    const ended = watch(unfinished.ended(clock, 60_000));
    await clock.advance(1_000);
    expect(ended.isSettled).toBe(false);
    answer.resolve(busy);
    await clock.advance(0);
    expect(ended.isSettled).toBe(true);
  });
});

describe('an ask whose connection died without a word', () => {
  test('does not keep the next one waiting', async () => {
    const { attempt, store, clock } = attemptWith([new Later<ClaimAnswer>().promise, busy]);
    const first = watch(attempt.send(PATIENCE));
    await clock.advance(PATIENCE - 1);
    expect(first.isSettled).toBe(false);
    await clock.advance(1);
    expect(first).toEqual({ isSettled: true, value: undefined });
    expect(await attempt.send(PATIENCE)).toEqual(busy);
    expect(store.claims).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test('is answered for by what comes first, also where that is its own answer', async () => {
    const answer = new Later<ClaimAnswer>();
    const { attempt, clock } = attemptWith([answer.promise, new Later<ClaimAnswer>().promise]);
    void attempt.send(PATIENCE);
    await clock.advance(PATIENCE);
    const second = attempt.send(PATIENCE);
    answer.resolve(held());
    expect(await second).toEqual(held());
  });
});

describe('what goes back, since nobody will run under it', () => {
  test('nothing where a run uses the win', async () => {
    const { attempt, strays } = attemptWith([won()]);
    await useNext(attempt);
    attempt.close();
    expect(strays).toEqual([]);
  });

  test('nothing where the answers say that the row was not taken', async () => {
    for (const answer of [busy, held(), notSent(), new Error('syntax error')]) {
      const { attempt, strays } = attemptWith([answer]);
      await attempt.send(PATIENCE).catch(() => {});
      attempt.close();
      expect(strays).toEqual([]);
    }
  });

  test('a win that no run used', async () => {
    const { attempt, strays } = attemptWith([won()]);
    await attempt.send(PATIENCE);
    expect(strays).toEqual([]);
    attempt.close();
    expect(strays).toEqual([attempt.token]);
  });

  test('a win whose answer comes after the attempt was given up', async () => {
    const answer = new Later<ClaimAnswer>();
    const { attempt, strays } = attemptWith([answer.promise]);
    const asked = attempt.send(PATIENCE);
    attempt.giveUp();
    await asked;
    attempt.close();
    strays.length = 0;
    answer.resolve(won());
    await settled();
    expect(strays).toEqual([attempt.token]);
  });

  test('an ask that has no answer when the attempt is given up: it may have won', async () => {
    const { attempt, strays } = attemptWith([new Later<ClaimAnswer>().promise]);
    const asked = attempt.send(PATIENCE);
    attempt.giveUp();
    await asked;
    attempt.close();
    expect(strays).toEqual([attempt.token]);
  });

  test('nothing where such an ask was asked again, won, and is used', async () => {
    const { attempt, strays, clock } = attemptWith([new Later<ClaimAnswer>().promise, won()]);
    const asked = attempt.send(PATIENCE);
    await clock.advance(PATIENCE);
    await asked;
    await useNext(attempt);
    attempt.close();
    expect(strays).toEqual([]);
  });

  test('an ask whose connection broke after it was sent: it may have won', async () => {
    const { attempt, strays } = attemptWith([answerLost(), held()]);
    await expect(attempt.send(PATIENCE)).rejects.toThrow('connection terminated');
    await attempt.send(PATIENCE);
    attempt.close();
    expect(strays).toEqual([attempt.token]);
  });

  test('an ask that breaks in this way after the attempt was given up', async () => {
    const answer = new Later<ClaimAnswer>();
    const { attempt, strays } = attemptWith([answer.promise]);
    const asked = attempt.send(PATIENCE);
    attempt.giveUp();
    await asked;
    attempt.close();
    strays.length = 0;
    answer.reject(answerLost());
    await settled();
    expect(strays).toEqual([attempt.token]);
  });

  test('nothing where an ask that broke was asked again, won, and is used', async () => {
    const { attempt, strays } = attemptWith([answerLost(), won()]);
    await attempt.send(PATIENCE).catch(() => {});
    await useNext(attempt);
    attempt.close();
    expect(strays).toEqual([]);
  });

  /** An attempt whose second ask has won and is used, while the first one is still under way. */
  async function usedBesideAnOlderAsk(tick?: TickRequest) {
    const older = new Later<ClaimAnswer>();
    const { attempt, strays, clock } = attemptWith([older.promise, won()], tick);
    const asked = attempt.send(PATIENCE);
    await clock.advance(PATIENCE);
    await asked;
    await useNext(attempt);
    attempt.close();
    const olderBreaks = async () => {
      older.reject(answerLost());
      await settled();
    };
    return { attempt, strays, olderBreaks };
  }

  test.each<TickRequest>([aCall, { kind: 'kept', interval: 60_000 }])(
    'an older ask that breaks after the run: it may have taken what was free again, $kind',
    async (tick) => {
      const { attempt, strays, olderBreaks } = await usedBesideAnOlderAsk(tick);
      attempt.endRun();
      await olderBreaks();
      expect(strays).toEqual([attempt.token]);
    },
  );

  test('one that breaks while the run goes on, when that is over: before, it would end the run', async () => {
    const { attempt, strays, olderBreaks } = await usedBesideAnOlderAsk(aCall);
    await olderBreaks();
    expect(strays).toEqual([]);
    attempt.endRun();
    expect(strays).toEqual([attempt.token]);
  });

  test('nothing of a tick that ran: nobody can win it again, and a return would give it back', async () => {
    const { attempt, strays, olderBreaks } = await usedBesideAnOlderAsk();
    attempt.endRun();
    await olderBreaks();
    expect(strays).toEqual([]);
  });
});
