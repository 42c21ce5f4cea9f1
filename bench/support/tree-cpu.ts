import { readdirSync, readFileSync } from 'node:fs';

/** Kernel ticks a second in /proc, on all platforms that have it. */
const TICKS = 100;

/** Seconds of CPU that a process and its children have used so far, those that have ended included. */
export function treeCpu(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  const own = statOf(pid);
  if (own === undefined) throw new Error(`process ${pid} is gone`);
  return own.used + own.usedByEnded + children.reduce((sum, child) => sum + child!.used, 0);
}

function statOf(pid: number): { parent: number; used: number; usedByEnded: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (nth: number): number => fields[nth - 3] ?? 0;
    return {
      parent: at(4),
      used: (at(14) + at(15)) / TICKS,
      usedByEnded: (at(16) + at(17)) / TICKS,
    };
  } catch {
    return undefined;
  }
}
