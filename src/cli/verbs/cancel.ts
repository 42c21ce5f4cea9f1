import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { fenceOf } from '../inputs.js';
import { withReason } from '../reason.js';
import { answered, busyLine, confirmedRun, refusedLines } from '../seen-run.js';
import type { SeenOptions } from '../seen-run.js';

export function addCancel(program: Command, act: Act): void {
  withReason(program.command('cancel'), 'it hangs')
    .argument('<NAME>', 'the task')
    .summary('ask the run in progress to stop')
    .description(
      'Asks the run in progress to stop. It keeps its lock until its method ends, so nobody runs beside it.',
    )
    .option('--key <key>', 'the run of this key')
    .option('--fence <number>', 'the run that you saw, as describe shows it; asks nothing', fenceOf)
    .option('--yes', 'ask nothing')
    .action(
      act(async (context, name: string, options: SeenOptions & { reason: string }) => {
        const { session, out } = context;
        const { key, reason } = options;
        const consequence =
          'Its signal aborts at its next renewal. It is not run again for this tick, and its requests are parked.';
        // A dead run hears of nothing: the service refuses, and says what is left to do.
        const { fence } = await confirmedRun(context, name, options, ({ leaseEndsAt }) =>
          out.isPast(leaseEndsAt) ? undefined : consequence,
        );
        const answer = await answered(
          context,
          session.operator.cancel(name, { fence, key, by: context.by(), reason }),
        );
        out.show(answer, () => {
          if (answer.status === 'busy') return [busyLine(name, out)];
          if (answer.status === 'refused') return refusedLines(context, name, answer);
          return [
            `${out.name(name)} was asked to stop: the run hears of it ${out.time(answer.hearsBy)} at the latest`,
          ];
        });
        return answer.status === 'cancelled' ? EXIT.fine : EXIT.refused;
      }),
    );
}
