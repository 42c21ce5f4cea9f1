import type { Command } from 'commander';
import { UsageError } from './exit-codes.js';

/** Adds `--reason` to a verb that nobody may use without one. It is asked for before anything is connected to. */
export function withReason(command: Command, example: string): Command {
  return command
    .option('--reason <text>', `required: why, like "${example}"`)
    .hook('preAction', ({ args: [name] }) => {
      const { reason } = command.opts<{ reason?: string }>();
      if (reason?.trim()) return;
      const task = name === undefined ? '--all' : shown(name);
      throw new UsageError(
        `--reason is missing: say why, for whoever looks later, like ` +
          `${command.name()} ${task} --reason "${example}"`,
      );
    });
}

function shown(name: string): string {
  return /^[\w./:-]+$/.test(name) ? name : `"${name}"`;
}
