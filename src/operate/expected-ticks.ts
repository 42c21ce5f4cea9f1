import { IN_USE } from '../store/operator-store.js';
import type { Definition } from '../store/operator-store.js';
import { declaredTicks } from './declared-ticks.js';
import type { DeclaredTicks } from './declared-ticks.js';
import { Turns } from './turns.js';

/** A tick that the definition of its time names. */
export interface ExpectedTick {
  tick: Date;
  definition: Definition;
  ticks: DeclaredTicks;
  /** True: it lies before the first declaration, so that another schedule may have held. */
  isGuess: boolean;
}

export interface LedgerWindow {
  /** Both included. */
  from?: Date;
  to: Date;
  /** The newest so many. */
  most: number;
}

/** How many ticks are computed ahead from where a step back has led. */
const MOST_AHEAD = 32;

/** Milliseconds before the first declaration: 500 ticks of a 29th of February would reach back to before Christ. */
const LONGEST_GUESS = 400 * 86_400_000;

/**
 * The newest ticks of a window, the oldest first, each by the definition that was current then: of those in use, the one
 * that was declared first most recently. A disabled task has none, nor one that was declared no more.
 */
export async function expectedTicks(
  definitions: readonly Definition[],
  { from, to, most }: LedgerWindow,
): Promise<ExpectedTick[]> {
  const turns = new Turns();
  const ticksOf = new Map(definitions.map((each) => [each, declaredTicks(each)]));
  const earliest = from?.getTime() ?? oldestDeclarationOf(definitions) - LONGEST_GUESS;
  const found: ExpectedTick[] = [];
  for (const period of periodsOf(definitions, to.getTime())) {
    const { definition, isGuess } = period;
    const ticks = ticksOf.get(definition);
    if (!ticks || definition.isDisabled) continue;
    const newest = newestTicks(
      ticks,
      Math.max(period.from, earliest),
      period.until,
      most - found.length,
      turns,
    );
    for await (const tick of newest) found.push({ tick: new Date(tick), definition, ticks, isGuess });
  }
  return found.reverse();
}

/**
 * The newest ticks from `from` to `until`, the newest first. A step back costs as much as dozens of steps ahead, so it
 * goes back by the time that the rest of the ticks takes at least, and ahead from there.
 */
async function* newestTicks(
  ticks: DeclaredTicks,
  from: number,
  until: number,
  most: number,
  turns: Turns,
): AsyncGenerator<number> {
  let end = until;
  for (let rest = most; rest > 0;) {
    const size = Math.min(rest, MOST_AHEAD);
    const last = ticks.latestUntil(end);
    if (last === undefined || last < from) return;
    const begin = Math.max(from, last - (Number.isFinite(ticks.gap) ? ticks.gap * (size - 1) : 0));
    const chunk: number[] = [];
    for (
      let tick = ticks.nextAfter(begin - 1);
      tick !== undefined && tick <= last;
      tick = ticks.nextAfter(tick)
    ) {
      chunk.push(tick);
      await turns.yieldIfLong();
    }
    yield* chunk.reverse();
    rest -= chunk.length;
    end = begin - 1;
  }
}

interface Period {
  definition: Definition;
  /** Both included. */
  from: number;
  until: number;
  isGuess: boolean;
}

/** Which definition was current when, until `end`: the newest period first. */
function periodsOf(definitions: readonly Definition[], end: number): Period[] {
  const borders = definitions.flatMap((each) => [each.firstDeclared.getTime(), endOfUse(each) + 1]);
  let until = Math.min(end, lastDeclarationOf(definitions));
  const starts = [...new Set(borders)].filter((at) => at <= until).sort((one, other) => other - one);
  const periods = starts.map((from): Period => {
    const period = { definition: currentAt(definitions, from), from, until, isGuess: false };
    until = from - 1;
    return period;
  });
  const [oldest] = [...definitions].sort(byFirstDeclared);
  // Ticks before the first declaration are shown by the oldest definition, and never judged.
  if (oldest) periods.push({ definition: oldest, from: -Infinity, until, isGuess: true });
  return periods;
}

/** The newest of those in use. In an outage, or a night without replicas, they are those that were in use before it. */
function currentAt(definitions: readonly Definition[], at: number): Definition {
  const known = definitions.filter((each) => each.firstDeclared.getTime() <= at).sort(byFirstDeclared);
  const latest = Math.min(at, Math.max(...known.map(({ lastDeclared }) => lastDeclared.getTime())));
  return known.filter((each) => latest <= endOfUse(each)).at(-1)!;
}

function endOfUse({ lastDeclared }: Definition): number {
  return lastDeclared.getTime() + IN_USE;
}

function oldestDeclarationOf(definitions: readonly Definition[]): number {
  return Math.min(...definitions.map(({ firstDeclared }) => firstDeclared.getTime()));
}

/** A task that the newest declaration lacks is expected no more. */
function lastDeclarationOf(definitions: readonly Definition[]): number {
  if (definitions.some(({ isDeclared }) => isDeclared)) return Infinity;
  return Math.max(...definitions.map(({ lastDeclared }) => lastDeclared.getTime()));
}

function byFirstDeclared(one: Definition, other: Definition): number {
  return one.firstDeclared.getTime() - other.firstDeclared.getTime();
}
