import { setTimeout as delay } from 'node:timers/promises';
import type { CommandLine } from './command-line.js';
import { CrashScout } from './crash-scout.js';
import type { Fleet } from './fleet.js';
import { unlessAborted } from './interruption.js';
import type { JournalLine } from './journal.js';
import { LiveView } from './live-view.js';
import type { Paint } from './paint.js';
import { ledgerOf, pauseForAWhile } from './pause.js';
import type { Pause } from './pause.js';
import { LEASE, TASKS } from './tasks.js';
import type { Evidence } from './verdict.js';
import { clockTime } from './words.js';

/** How often the demo looks into the journals, in milliseconds. */
const LOOK = 50;
const START_PATIENCE = 60_000;
const ANNOUNCE_EVERY = 5_000;
/** Announcements and the end keep clear of the instants of @Cron, which are whole seconds. */
const ANNOUNCE_AT = 250;
const END_AT = 500;
/** How long past half-way the demo waits for a moment at which a kill is easy to explain, in milliseconds. */
const QUIET_PATIENCE = 5_000;

export interface DemoOptions {
  replicas: number;
  seconds: number;
}

/** Where the demo shows what it does, and what ends it early. */
export interface DemoStage {
  paint: Paint;
  print: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Lets the replicas run for the time given, pauses a task for a while, kills a replica half-way and starts another;
 * answers what they wrote down, and what the ledger says of the pause.
 */
export async function runDemo(
  fleet: Fleet,
  commandLine: CommandLine,
  { replicas, seconds }: DemoOptions,
  { paint, print, signal }: DemoStage,
): Promise<Evidence> {
  const view = new LiveView(TASKS, paint, print);
  const scout = new CrashScout();
  const lines: JournalLine[] = [];
  const announced: number[] = [];
  const kills = new Map<string, number>();
  let calls = 0;
  let pausing: Promise<Pause> | undefined;
  let isPausing = false;

  const look = (): number => {
    const seen = fleet.readNew();
    lines.push(...seen);
    scout.add(seen);
    view.add(seen);
    const now = Date.now();
    view.show(now);
    return now;
  };
  const lookLater = async (): Promise<number> => {
    await delay(LOOK, undefined, { signal }).catch(() => signal.throwIfAborted());
    return look();
  };

  view.head();
  while (fleet.replicas.length < replicas) fleet.start();
  for (const patience = Date.now() + START_PATIENCE; !fleet.replicas.every(({ isUp }) => isUp);) {
    if ((await lookLater()) > patience) throw new Error('the replicas did not start in time');
  }

  const start = Date.now();
  const end = nextAt(END_AT, 1_000, start + seconds * 1_000);
  let nextAnnouncement = nextAt(ANNOUNCE_AT, ANNOUNCE_EVERY, start);
  for (let now = start; now < end || isPausing; now = await lookLater()) {
    if (now >= nextAnnouncement) {
      announced.push(now);
      view.announce(now);
      fleet.announce(now);
      nextAnnouncement += ANNOUNCE_EVERY;
    }
    if (!calls && now - start >= (seconds * 1_000) / 5) {
      calls = fleet.burst();
      view.note('green', `${clockTime(now)}  export() is called ${calls} times, on all replicas`);
    }
    if (!pausing && now - start >= seconds * 1_000 * 0.4) {
      isPausing = true;
      pausing = pauseForAWhile(commandLine, (...shown) => view.command(...shown), signal);
      // What failed is thrown below, where it is awaited.
      void pausing.catch(() => undefined).then(() => (isPausing = false));
    }
    const sinceHalfWay = now - start - (seconds * 1_000) / 2;
    const victim = fleet.find(sinceHalfWay > QUIET_PATIENCE ? scout.victim(now) : scout.quietVictim(now));
    if (victim && sinceHalfWay >= 0 && kills.size === 0) {
      kills.set(victim.name, Date.now());
      await fleet.kill(victim);
      view.kill(
        victim.name,
        `${clockTime(Date.now())}  SIGKILL for ${victim.name}, in the middle of a long run`,
      );
      view.note('yellow', `${clockTime(Date.now())}  ${fleet.start().name} is starting`);
    }
  }

  const pause = await pausing;
  view.note('green', `${clockTime(Date.now())}  the replicas are told to stop; what runs may finish`);
  await unlessAborted(fleet.stop(), signal);
  look();
  view.show(Infinity);
  const pauses = pause ? [{ ...pause, ledger: await ledgerOf(commandLine, pause) }] : [];
  return { tasks: TASKS, lines, kills, announced, lease: LEASE, pauses };
}

/** The first instant from `earliest` on that lies `offset` after a multiple of `period`. */
function nextAt(offset: number, period: number, earliest: number): number {
  return Math.ceil((earliest - offset) / period) * period + offset;
}
