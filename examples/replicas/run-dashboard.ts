import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from './fleet.js';
import { unlessAborted } from './interruption.js';
import type { DemoStage } from './run-demo.js';

/** How often the fleet is looked after, in milliseconds. A multiple of it is when something happens. */
const LOOK = 1_000;
const ANNOUNCE_EVERY = 5;
const BURST_EVERY = 20;

export interface DashboardOptions {
  replicas: number;
  /** Without it the fleet runs until it is interrupted. */
  seconds?: number;
}

/** Lets the replicas run, and one of them show their tasks on a page. */
export async function runDashboard(
  fleet: Fleet,
  { replicas, seconds = Infinity }: DashboardOptions,
  { paint, print, signal }: DemoStage,
): Promise<void> {
  const address = fleet.pageOf(fleet.start({ servesPage: true }));
  while (fleet.replicas.length < replicas) fleet.start();
  const page = await unlessAborted(address, signal);
  print(`The page is at ${paint.as('bold', page)}`);
  print(seconds === Infinity ? 'Ctrl-C ends it all.' : `It ends in ${seconds} s, or with Ctrl-C.`);
  for (let second = 1; second <= seconds; second++) {
    await delay(LOOK, undefined, { signal }).catch(() => signal.throwIfAborted());
    fleet.readNew();
    if (second % ANNOUNCE_EVERY === 0) fleet.announce(Date.now());
    if (second % BURST_EVERY === 0) fleet.burst();
  }
  await unlessAborted(fleet.stop(), signal);
}
