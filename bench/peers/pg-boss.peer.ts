import { setTimeout as delay } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import type { OpenLock } from '../support/tick-protocol.js';

/**
 * Which of its timers wakes the cron: each 30 s by default; a second after the others' pass is 30 s old, where another
 * replica was first; or after one second, where both came at once.
 */
const isOfCron = (milliseconds: number): boolean =>
  milliseconds === 1_000 || (milliseconds >= 25_000 && milliseconds <= 31_000);
/** Ticks of the bench are in the past, and a schedule must not go backwards. */
const AHEAD = 60 * 24 * 60 * 60_000;

/**
 * pg-boss as its pages on scheduling and workers show it, with their defaults: each replica passes over the schedules
 * each 30 s; who has moved the time of the last pass adds a job to an internal queue, in which an occurrence has one
 * slot; its workers, which poll each 5 s, add the job of the task; and workers of that queue poll each 2 s.
 *
 * Its clock can be given, so that the bench needs no wait for whole minutes: at a tick it is that minute, and the timer
 * of the cron fires.
 */
export const pgBossPeer: OpenLock = async ({ postgres, task }, runTask) => {
  let playing = new Date(0);
  let offset = 0;
  let pass: (() => void) | undefined;
  let passed = (): void => {};
  const clock = {
    now: () => Date.now() + offset,
    setTimeout: (work: () => void, milliseconds: number) => {
      if (!isOfCron(milliseconds)) return setTimeout(work, milliseconds);
      pass = work;
      passed();
      return undefined;
    },
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout | undefined),
    setInterval: (work: () => void, milliseconds: number) => setInterval(work, milliseconds),
    clearInterval: (timer: unknown) => clearInterval(timer as NodeJS.Timeout),
  };
  const boss = new PgBoss({ connectionString: postgres, clock });
  boss.on('error', console.error);
  await boss.start();
  const queue = task.replaceAll(' ', '-');
  await boss.createQueue(queue);
  await boss.schedule(queue, '* * * * *');
  await boss.work(queue, () => runTask(playing));
  while (boss.isTimekeeping() || !pass) await delay(1);
  return {
    fire: async (tick) => {
      playing = tick;
      offset = tick.getTime() + AHEAD + 1_000 - Date.now();
      await new Promise<void>((resolve) => {
        passed = resolve;
        pass!();
      });
      while (boss.isTimekeeping()) await delay(1);
    },
    close: async () => {
      await boss.unschedule(queue);
      await boss.stop({ graceful: false });
    },
  };
};
