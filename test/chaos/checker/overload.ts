import type { Fault } from '../evidence.js';
import type { JournalLine } from '../journal.js';

const SECOND = 1_000;

/**
 * The seconds in which the machine was too busy: at least so many replicas had to wait for the processor, as each of
 * them wrote down. Claims may then have no answer in time. Nobody did it, but it is a fault like one that was done;
 * one that a stop explains is none.
 */
export function overloads(
  lines: readonly JournalLine[],
  faults: readonly Fault[],
  replicas: number,
): Fault[] {
  const waiting = new Map<number, Set<string>>();
  for (const line of lines) {
    if (line.event !== 'late' || wasStopped(line, faults)) continue;
    // Late by turns: what makes one of them wait now makes another wait a moment later.
    const first = Math.floor((line.at - line.by) / SECOND) - 1;
    for (let second = first; second <= Math.floor(line.at / SECOND) + 1; second++) {
      waiting.set(second, (waiting.get(second) ?? new Set()).add(line.replica));
    }
  }
  return [...waiting]
    .filter(([, late]) => late.size >= replicas)
    .map(([second]) => ({ kind: 'overload', from: second * SECOND, to: (second + 1) * SECOND }));
}

function wasStopped({ replica, at, by }: JournalLine & { event: 'late' }, faults: readonly Fault[]): boolean {
  return faults.some(
    (fault) => fault.kind === 'stop' && fault.replica === replica && fault.from <= at && fault.to >= at - by,
  );
}
