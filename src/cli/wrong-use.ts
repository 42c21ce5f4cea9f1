import type { Command, CommanderError } from 'commander';

/** What is wrong with a command that commander could not read, and how to write it; nothing where it has shown a help. */
export function wrongUse({ code, message }: CommanderError, program: Command): string | undefined {
  const [verb = ''] = program.args;
  if (code === 'commander.missingArgument') return `which task? Give its name, like ${verb} clean-up`;
  if (code === 'commander.excessArguments') {
    const command = program.commands.find((each) => each.name() === verb || each.aliases().includes(verb));
    if (command?.registeredArguments.length === 0) return `${verb} takes no name`;
    const name = command?.args.join(' ') ?? '';
    return `${verb} takes one name: write one with spaces in quotes, like ${verb} "${name}"`;
  }
  return message.startsWith('error: ') ? message.slice('error: '.length) : undefined;
}
