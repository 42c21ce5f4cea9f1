import type pg from 'pg';
import type { Effort } from '../../effort.js';
import { nextTick } from '../../support/next-tick.js';
import { pause } from '../../support/pause.js';
import type { Contender, Replica } from './contenders.js';
import { HEAD_START, settled } from './ticks.js';

/** What the process costs that runs the task, when it is killed in the middle. */
export interface CrashFinding {
  lock: string;
  /** What decides how long the others wait: its default, or what its documentation shows. */
  setting: string;
  /** Ticks without a run, until another replica took over. */
  lost: number;
  /** Whether one did, of the ticks that were played. */
  takenOver: boolean;
}

/** A task of each ten seconds, five times as fast; its process is killed in the middle of the second tick. */
const SCHEDULE = { task: 'a crash', interval: 10_000, speed: 5 };
const BODY = 200;
const TICKS_AFTER = 8;

export async function crash(contender: Contender, client: pg.Client, effort: Effort): Promise<CrashFinding> {
  const open = contender.open(SCHEDULE);
  await Promise.all(contender.replicas.map((replica) => replica.ask({ open })));
  await play(contender, client);
  const killed = whoIsGone(contender.replicas);
  await play(contender, client, true);
  const dead = await killed;
  const left = { ...contender, replicas: contender.replicas.filter((replica) => replica !== dead) };
  const ticks = effort.turns(TICKS_AFTER);
  for (let lost = 0; lost < ticks; lost++) {
    if (await play(left, client))
      return { lock: contender.name, setting: contender.afterCrash, lost, takenOver: true };
  }
  return { lock: contender.name, setting: contender.afterCrash, lost: ticks, takenOver: false };
}

/** Plays one tick, until the next is due; whether somebody ran it. */
async function play(contender: Contender, client: pg.Client, dies = false): Promise<boolean> {
  const began = performance.now();
  if (contender.minutePasses) await client.query(contender.minutePasses);
  const tick = nextTick();
  const command = { tick, fireAt: performance.timeOrigin + began + HEAD_START, body: BODY, dies };
  const answers = contender.replicas.map((replica) => replica.ask(command));
  // The one that is killed answers no more.
  await (dies ? Promise.allSettled(answers) : Promise.all(answers));
  const ran = dies ? [] : await settled(contender, tick);
  await pause(began + SCHEDULE.interval / SCHEDULE.speed - performance.now());
  return ran.some(({ runs }) => runs.some((run) => run.tick === tick));
}

async function whoIsGone(replicas: Replica[]): Promise<Replica> {
  return Promise.race(replicas.map((replica) => replica.gone.then(() => replica)));
}
