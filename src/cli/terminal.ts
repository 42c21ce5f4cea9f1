import { createInterface } from 'node:readline/promises';

/** Where the program reads and writes. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  /** Whether somebody sees the output. */
  isTerminal: boolean;
  /** Columns of the output and of errors; none where a file or another program reads them. */
  readonly width: number | undefined;
  readonly errorWidth: number | undefined;
  /** Whether somebody can answer a question. */
  isInteractive: boolean;
  write(text: string): void;
  writeError(text: string): void;
  /** The answer to a question; empty where the input ends. */
  ask(question: string): Promise<string>;
  /** Aborts at SIGINT and SIGTERM, and where nobody reads any more. Until its first use the signals end the process. */
  readonly stopped: AbortSignal;
}

/** A terminal that does not tell its width has 80 columns. */
function widthOf({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
  return isTTY ? columns || 80 : undefined;
}

/** The terminal of this process. */
export function terminalOf(process: NodeJS.Process): Terminal {
  const { env, stdin, stdout, stderr } = process;
  const stop = new AbortController();
  let listens = false;
  // `… | head` closes the pipe once it has enough: that is no error.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      stop.abort();
      if (error.code !== 'EPIPE') process.exitCode = 1;
    });
  return {
    env,
    isTerminal: stdout.isTTY,
    get width() {
      return widthOf(stdout);
    },
    get errorWidth() {
      return widthOf(stderr);
    },
    isInteractive: stdin.isTTY && stderr.isTTY,
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    get stopped() {
      if (!listens)
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      listens = true;
      return stop.signal;
    },
    async ask(question) {
      // On stderr: the output may go into a file.
      const lines = createInterface({ input: stdin, output: stderr });
      const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      try {
        return await Promise.race([lines.question(question), ended]);
      } finally {
        lines.close();
      }
    },
  };
}
