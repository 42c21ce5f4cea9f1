/** What the program answers to the shell. */
export const EXIT = {
  fine: 0,
  error: 1,
  usage: 2,
  /** A task is overdue, or the run that was followed did not succeed. */
  attention: 3,
  refused: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is all that is printed. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.error,
  ) {
    super(message);
  }
}

/** The command is written wrong: its message says what is wrong, and how to write it. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, EXIT.usage);
  }
}
