import type { TelemetryCommand } from '../children/telemetry.js';
import type { Effort } from '../effort.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import { interleaved } from '../samples.js';
import { startChild } from '../support/child.js';

const CALLS = 2_000;
const TURNS = 30;

/** What metrics and spans cost a run with the in-memory store, each in a process of its own. */
export async function measureTelemetry(effort: Effort): Promise<Finding[]> {
  const children = {
    without: startChild<TelemetryCommand, number>('telemetry'),
    idle: startChild<TelemetryCommand, number>('telemetry'),
    on: startChild<TelemetryCommand, number>('telemetry'),
  };
  const compare = async (mode: 'idle' | 'on', what: string): Promise<Finding> =>
    ratioFinding(
      `CPU of a run ${what} ÷ one without TaskLockOpenTelemetryModule`,
      undefined,
      await interleaved(
        effort.turns(TURNS),
        () => children[mode].ask({ mode, calls: CALLS }),
        () => children.without.ask({ mode: 'without', calls: CALLS }),
      ),
      [`${CALLS} runs`, 'without'],
    );
  try {
    return [
      await compare('idle', 'with TaskLockOpenTelemetryModule and no SDK'),
      await compare('on', 'with the SDK on, its metrics and its spans'),
    ];
  } finally {
    for (const child of Object.values(children)) await child.end();
  }
}
