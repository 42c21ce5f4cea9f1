import type { Command } from 'commander';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Style } from '../paint.js';
import type { Finding } from '../session.js';

const STYLES: Record<Finding['state'], Style> = { fine: 'green', wrong: 'red', unknown: 'yellow' };

export function addDoctor(program: Command, act: Act): void {
  program
    .command('doctor')
    .summary('what is wrong with the database, and what mends it')
    .description(
      'Looks at tables, clocks, pooler, isolation level, indexes, transactions and privileges, and shows the statement ' +
        'that mends each. Changes nothing. Exits with 1 if something is wrong.',
    )
    .action(
      act(async ({ session, out }) => {
        const findings = await session.doctor.examine();
        out.show(findings, () => findings.flatMap((finding) => findingLines(finding, out)));
        return findings.some(({ state }) => state === 'wrong') ? EXIT.error : EXIT.fine;
      }),
    );
}

export function findingLines({ check, state, message, mend }: Finding, out: Output): string[] {
  const indent = ' '.repeat(9);
  const [first = '', ...rest] = out.prose(`${indent}${check}: ${out.sentence(message)}`, indent);
  const lines = [`${out.paint(state.padEnd(7), STYLES[state])}  ${first.slice(indent.length)}`, ...rest];
  // Not wrapped: it is there to be copied.
  return mend === undefined ? lines : [...lines, `${indent}${mendText(mend, out)}`];
}

/** A statement ends with a semicolon, as psql wants it. It must stay one that can be run: no part of it is hidden. */
function mendText(mend: string, out: Output): string {
  const text = out.name(mend);
  return /^[A-Z]/.test(text) ? `${text};` : text;
}
