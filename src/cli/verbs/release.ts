import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { fenceOf } from '../inputs.js';
import { answered, busyLine, confirmedRun, refusedLines } from '../seen-run.js';
import type { SeenOptions } from '../seen-run.js';

interface ReleaseOptions extends SeenOptions {
  force?: boolean;
  now?: boolean;
  reason?: string;
}

export function addRelease(program: Command, act: Act): void {
  program
    .command('release')
    .argument('<NAME>', 'the task')
    .summary('take the lock away from a dead run, or with --force from a living one')
    .description('Takes the lock away from a run that died. A living run keeps it unless forced.')
    .option('--key <key>', 'the run of this key')
    .option('--reason <text>', 'why, for whoever looks later')
    .option('--force', 'of a living run, too: the lock is free when its lease ends')
    .option('--now', 'with --force: the lock is free at once, and TWO MAY RUN')
    .option('--fence <number>', 'the run that you saw, as describe shows it; asks nothing', fenceOf)
    .option('--yes', 'ask nothing')
    .action(
      act(async (context, name: string, options: ReleaseOptions) => {
        const { session, out } = context;
        const { key, reason, force, now } = options;
        if (now && !force)
          throw new UsageError(
            '--now needs --force: it frees the lock of a living run at once, and two may run',
          );
        let wasDead = false;
        const { fence, run } = await confirmedRun(context, name, options, (seen) => {
          wasDead = out.isPast(seen.leaseEndsAt);
          return consequenceOf(options, wasDead, out.text(seen.replica));
        });
        const answer = await answered(
          context,
          session.operator.release(name, { fence, key, by: context.by(), reason, force, now }),
        );
        out.show(answer, () => {
          if (answer.status === 'busy') return [busyLine(name, out)];
          if (answer.status === 'refused') {
            const isAlive = answer.running?.fence === fence;
            const lines = refusedLines(context, name, answer);
            return isAlive ? [...lines, ...out.prose(OTHER_WAYS)] : lines;
          }
          const begins = out.isPast(answer.freeAt) ? 'at once' : out.time(answer.freeAt);
          return [
            `${out.name(name)} was released: the next run can begin ${begins}`,
            ...(force && !wasDead ? out.prose(goesOn(run ? out.text(run.replica) : 'its replica')) : []),
          ];
        });
        return answer.status === 'released' ? EXIT.fine : EXIT.refused;
      }),
    );
}

const OTHER_WAYS = '`--force` forces the release, and `cancel` asks the run to stop.';

/** Nothing where a run is alive and not forced: the service says who holds the lock, and until when. */
function consequenceOf({ force, now }: ReleaseOptions, isDead: boolean, replica: string): string | undefined {
  if (isDead) return 'Its lease is over: the lock is free at once, and its tick is not recovered.';
  if (now) return 'Its lease ends at once. If the run still lives, TWO MAY RUN until it notices.';
  if (force)
    return `No renewal of it succeeds any more, its signal aborts, and the lock is free when its lease ends. ${goesOn(replica)}`;
  return undefined;
}

/** No lock ends a method. */
function goesOn(replica: string): string {
  return `A method that ignores its signal goes on in its process, beside the next run: restart ${replica} to end it.`;
}
