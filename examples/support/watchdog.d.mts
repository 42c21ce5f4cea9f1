import type { ChildProcess } from 'node:child_process';

/** A process of its own that ends a server, and removes the server's folder, once this process is gone. */
export interface Watchdog {
  /** From here on it is this server that it watches, on the same folder: the one before was started again. */
  follow(server: ChildProcess): void;
  /** Does so now, and resolves when it is done. */
  end(): Promise<void>;
}

/** Watches a server: it ends with the process that started it. `signal` is SIGINT unless given. */
export function watch(server: ChildProcess, folder: string, signal?: NodeJS.Signals): Watchdog;
