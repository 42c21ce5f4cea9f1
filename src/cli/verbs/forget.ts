import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';

export function addForget(program: Command, act: Act): void {
  program
    .command('forget')
    .argument('<NAME>', 'the task')
    .summary('remove all that is stored of a task that no code declares')
    .description('Removes history, pauses and declarations of a task that no code declares any more.')
    .action(
      act(async (context, name: string) => {
        const { session, out } = context;
        const answer = await session.operator.forget(name, { by: context.by() });
        out.show(answer, () => [`${out.name(name)} is forgotten: ${answer.removed} rows were removed`]);
        return EXIT.fine;
      }),
    );
}
