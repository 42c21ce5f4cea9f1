import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';

export function addExplain(program: Command, act: Act): void {
  program
    .command('explain')
    .argument('<NAME>', 'the task')
    .summary('why a task runs, or does not run, now')
    .description('Says why a task runs, or does not run, now. Exits with 3 if it is overdue.')
    .option('--key <key>', 'of one key of the task')
    .action(
      act(async ({ session, out }, name: string, { key }: { key?: string }) => {
        const explanation = await session.operator.explain(name, { key });
        out.show(explanation, () => [
          ...explanation.sentences.flatMap((sentence) => out.prose(out.sentence(sentence))),
          ...unknownLines(explanation.unknown, out),
        ]);
        return explanation.task.state === 'overdue' ? EXIT.attention : EXIT.fine;
      }),
    );
}

function unknownLines(unknown: readonly string[], out: Output): string[] {
  if (unknown.length === 0) return [];
  const lines = [
    'The database cannot tell:',
    ...unknown.flatMap((sentence) => out.prose(`  ${out.sentence(sentence)}`, '    ')),
  ];
  return lines.map((line) => out.paint(line, 'dim'));
}
