import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';

export function addMigrate(program: Command, act: Act): void {
  program
    .command('migrate')
    .summary('run the migrations that are missing')
    .description(
      'Runs the migrations of the tables, and records them where TypeORM records those of an application.',
    )
    .option('--dry-run', 'show the statements, and change nothing')
    .action(
      act(async ({ session, out }, { dryRun }: { dryRun?: boolean }) => {
        if (dryRun) {
          const pending = await session.pendingMigrations();
          // The statements as they are: their line ends are our own.
          out.show(pending, () =>
            pending.length === 0
              ? ['-- nothing to run']
              : pending.flatMap(({ name, sql }) => [`-- ${name}`, sql, '']),
          );
          return EXIT.fine;
        }
        const ran = await session.migrate();
        out.show({ ran }, () => (ran.length === 0 ? ['nothing to run'] : ran.map((name) => `ran ${name}`)));
        return EXIT.fine;
      }),
    );
}
