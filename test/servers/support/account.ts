import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Account {
  uid?: number;
  gid?: number;
}

/** Postgres and pgbouncer refuse to run as root: there they run as the user that Debian's packages made for them. */
export function account(): Account {
  return process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
}

function idOf(option: '-u' | '-g'): number {
  const { status, stdout } = spawnSync('id', [option, 'postgres'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('there is no user "postgres" to run servers as');
  return Number(stdout);
}

/** A temporary folder that belongs to the user whom the servers run as. */
export function serverFolder(kind: string): string {
  const folder = mkdtempSync(join(tmpdir(), `task-lock-${kind}-`));
  const { uid, gid } = account();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}
