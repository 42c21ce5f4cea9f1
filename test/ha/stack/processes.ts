import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The processes of the Postgres server in a data folder, its postmaster first; none where it does not run. */
export function postgresIn(data: string): number[] {
  const postmaster = postmasterOf(data);
  return postmaster === undefined ? [] : [postmaster, ...childrenOf(postmaster)];
}

/** The file outlives a server that was killed, so the process must also be one that runs there. */
function postmasterOf(data: string): number | undefined {
  try {
    const [pid, folder] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return folder === data && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
      ? Number(pid)
      : undefined;
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    // The name before it may hold anything, also parentheses.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** Sends a signal to each that is still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
