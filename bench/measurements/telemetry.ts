import type { TelemetryCommand } from '../children/telemetry.js';
import type { Effort } from '../effort.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import { inRounds } from '../samples.js';
import { startChild } from '../support/child.js';

const CALLS = 1_000;
/** Of each mode. V8 compiles the same code a little differently in each process, by a percent or two. */
const PROCESSES = 2;
const TURNS = 30;
const OTHERS = '÷ one without TaskLockOpenTelemetryModule';

/** What metrics and spans cost a run with the in-memory store, each mode in processes of its own. */
export async function measureTelemetry(effort: Effort): Promise<Finding[]> {
  const start = (mode: TelemetryCommand['mode']) => {
    const children = Array.from({ length: PROCESSES }, () =>
      startChild<TelemetryCommand, number>('telemetry'),
    );
    const end = () => Promise.all(children.map((child) => child.end()));
    return { end, measure: () => cpuOfAll(children.map((child) => () => child.ask({ mode, calls: CALLS }))) };
  };
  const idle = start('idle');
  const on = effort.takesContext ? start('on') : undefined;
  const twin = effort.takesContext ? start('without') : undefined;
  const without = start('without');
  try {
    const rounds = await inRounds(effort.turns(TURNS), {
      ...(on && { on: on.measure }),
      ...(twin && { twin: twin.measure }),
      idle: idle.measure,
      without: without.measure,
    });
    const row = (side: 'on' | 'twin' | 'idle', what: string, goal?: number): Finding =>
      ratioFinding(`CPU of a run ${what} ${OTHERS}`, goal, rounds.compare(side, 'without'), [
        `${PROCESSES} × ${CALLS} runs`,
        'without',
      ]);
    const goal = row('idle', 'with TaskLockOpenTelemetryModule and no SDK', 1.03);
    if (!effort.takesContext) return [goal];
    return [
      goal,
      row('twin', 'in other processes without it, which shows the noise,'),
      row('on', 'with the SDK on, its metrics and its spans'),
    ];
  } finally {
    for (const mode of [idle, on, twin, without]) await mode?.end();
  }
}

/** One process after another: together they would share the cores. */
async function cpuOfAll(measures: (() => Promise<number>)[]): Promise<number> {
  let sum = 0;
  for (const measure of measures) sum += await measure();
  return sum;
}
