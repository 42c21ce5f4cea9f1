import { median, quantile } from 'simple-statistics';
import type { Finding } from '../../goal.js';
import type { Contender } from './contenders.js';
import { OURS } from './locks.js';
import type { Lock } from './locks.js';
import type { Played, Setting } from './ticks.js';

/** This package's median until a replica knows, of a peer's, in the same run; below 1 it is ahead. */
export interface LeadFinding {
  lock: string;
  replicas: number;
  skew: number;
  ratio: number;
}

type LeadOrGoal = ({ of: 'lead' } & LeadFinding) | ({ of: 'goal' } & Finding);

/** Of one peer in one setting; both bodies count as one, since they make no difference to who asks. */
export interface Ratios {
  lock: Lock;
  replicas: number;
  skew: number;
  ours: number[];
  theirs: number[];
  /** Of the medians of a tick, which both played in turns. */
  perTick: number[];
}

export function compare(
  all: Map<string, Ratios>,
  { replicas, skew }: Setting,
  played: [Contender, Played[]][],
): void {
  const ours = played.find(([{ name }]) => name === OURS)![1];
  for (const [lock, theirs] of played) {
    if (!lock.durable || lock.name === OURS) continue;
    const key = `${lock.name} ${replicas} ${skew}`;
    const ratios = all.get(key) ?? { lock, replicas, skew, ours: [], theirs: [], perTick: [] };
    all.set(key, ratios);
    ratios.ours.push(...ours.flatMap(({ knew }) => knew));
    ratios.theirs.push(...theirs.flatMap(({ knew }) => knew));
    ratios.perTick.push(...ours.map(({ knew }, index) => median(knew) / median(theirs[index]!.knew)));
  }
}

/** How far ahead this package is of each durable peer, and of the best of them. */
export function leads(ratios: Ratios[]): LeadOrGoal[] {
  const found: LeadOrGoal[] = ratios.map(({ lock, replicas, skew, perTick }) => ({
    of: 'lead',
    lock: lock.name,
    replicas,
    skew,
    ratio: median(perTick),
  }));
  for (const [key, inSetting] of settings(ratios)) found.push(...againstTheBest(key, inSetting));
  return found;
}

function settings(ratios: Ratios[]): Map<string, Ratios[]> {
  const all = new Map<string, Ratios[]>();
  for (const each of ratios) {
    const key = `${each.replicas} replicas ${each.skew === 0 ? 'at once' : `within ${each.skew} ms`}`;
    all.set(key, [...(all.get(key) ?? []), each]);
  }
  return all;
}

/** Who keeps its lock between ticks asks nobody: that is told beside, since no decision of a tick is as quick. */
function againstTheBest(setting: string, ratios: Ratios[]): LeadOrGoal[] {
  const best = ratios
    .filter(({ lock }) => !lock.sticky)
    .sort((one, other) => median(other.perTick) - median(one.perTick))[0];
  if (!best) return [];
  const theirs = ratios
    .filter((each) => each === best || each.lock.sticky)
    .map(
      (each) =>
        `${each.lock.name} ${median(each.theirs).toFixed(2)} ms${each.lock.sticky ? ' (kept between ticks)' : ''}`,
    );
  return [
    {
      of: 'goal',
      what: `p50 until a replica knows, ${setting} ÷ the best durable peer that decides at each tick`,
      goal: 1,
      figure: median(best.perTick),
      spread: [quantile(best.perTick, 0.25), quantile(best.perTick, 0.75)],
      context: [`${median(best.ours).toFixed(2)} ms`, ...theirs].join(', '),
    },
  ];
}
