import type { ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import type { Session } from './session.js';
import type { Terminal } from './terminal.js';

/** What a verb works with. */
export interface Context {
  session: Session;
  out: Output;
  terminal: Terminal;
  /** Who acts. */
  by(): string;
}

/** Opens a session around a verb, and makes of it what commander calls. */
export type Act = <Args extends unknown[]>(
  verb: (context: Context, ...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>;
