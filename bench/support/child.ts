import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that measures by itself, so that nothing of the bench is in its figures. */
export interface Child<Command, Answer> {
  ask(command: Command): Promise<Answer>;
  end(): Promise<void>;
  /** Settles once the process has ended, by itself too. */
  gone: Promise<unknown>;
}

export interface ChildOptions {
  execArgv?: string[];
  /** The Node to start it with, if not this one. */
  execPath?: string;
}

/** `module`: one of `children/`, or the address of another. */
export function startChild<Command extends object, Answer>(
  module: string | URL,
  options: ChildOptions = {},
): Child<Command, Answer> {
  const path = fileURLToPath(
    module instanceof URL ? module : new URL(`../children/${module}.js`, import.meta.url),
  );
  const child: ChildProcess = fork(path, options);
  const gone = once(child, 'exit');
  return {
    ask: async (command) => {
      const answer = once(child, 'message');
      const died = gone.then(([code]) => {
        throw new Error(`${String(module)} ended with ${String(code)} before it answered`);
      });
      child.send(command);
      const [message] = (await Promise.race([answer, died])) as [Answer];
      return message;
    },
    end: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
    gone,
  };
}

/** In the child: answers each command until the bench lets go. */
export function answerCommands<Command, Answer>(
  answer: (command: Command) => Promise<Answer>,
  end: () => Promise<void> = async () => {},
): void {
  process.on('message', (command: Command) => {
    void answer(command).then((message) => process.send?.(message));
  });
  process.once('disconnect', () => void end());
}
