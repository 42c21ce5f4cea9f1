import type { TaskRecord } from '../store/operator-store.js';
import { declaredTicks } from './declared-ticks.js';
import type { NextTick } from './operator-types.js';
import { Turns } from './turns.js';

/** The ticks after `now` that the current definition names, at most `count`. */
export async function nextTicksOf(
  { definition }: Pick<TaskRecord, 'definition'>,
  now: Date,
  count: number,
): Promise<NextTick[]> {
  const ticks = definition && declaredTicks(definition);
  if (!ticks) return [];
  const turns = new Turns();
  const found: NextTick[] = [];
  for (
    let tick = ticks.nextAfter(now.getTime());
    tick !== undefined && found.length < count;
    tick = ticks.nextAfter(tick)
  ) {
    found.push({
      tick: new Date(tick).toISOString(),
      localTime: ticks.localTime(tick),
      timeZone: definition.timeZone ?? null,
    });
    await turns.yieldIfLong();
  }
  return found;
}
