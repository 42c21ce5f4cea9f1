import { createHash } from 'node:crypto';
import { ALL_TASKS } from './operator-store.js';

/** The longest lock name in UTF-8 bytes: a key of a Postgres b-tree holds at most about 2,700. */
export const MAX_NAME_BYTES = 2_000;

/**
 * Says why a text cannot be a lock name, or nothing where it can. A name is refused here and never shortened or
 * repaired by the store: two tasks whose names became one would lock each other out.
 */
export function lockNameProblem(name: string): string | undefined {
  if (name === ALL_TASKS) return `'${ALL_TASKS}' stands for all tasks, and cannot be the name of one`;
  if (name.trim() === '') return 'a lock name must not be empty';
  if (name.includes('\0')) return 'a lock name must not contain the NUL character: Postgres cannot store it';
  if (!name.isWellFormed())
    return 'a lock name must not contain half of a surrogate pair: UTF-8 cannot store it';
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES) {
    return `a lock name must not be longer than ${MAX_NAME_BYTES} bytes in UTF-8; this one has ${bytes}`;
  }
  return undefined;
}

/** Between the name of an application and that of its task: no application has it in its name. */
const SLASH = '/';

/** The lock name of a task: of the same name in two applications, each has its own. */
export function lockNameIn(application: string | undefined, task: string): string {
  return application === undefined ? task : `${application}${SLASH}${task}`;
}

/** Whether a task is one of the application's. Without an application every task is. */
export function isTaskOf(application: string | undefined, task: string): boolean {
  return application === undefined || task.startsWith(`${application}${SLASH}`);
}

/** Says why a text cannot be the name of an application, or nothing where it can. */
export function applicationProblem(application: unknown): string | undefined {
  if (typeof application !== 'string' || application.trim() === '')
    return 'must be a non-empty string; leave it out where one application uses the table';
  if (application.includes(SLASH) || application.includes('@'))
    return `'${application}' must not contain / or @, which stand behind it in the rows`;
  if (Buffer.byteLength(application) > LONGEST_APPLICATION)
    return `must be at most ${LONGEST_APPLICATION} bytes in UTF-8`;
  return lockNameProblem(application);
}

const LONGEST_APPLICATION = 100;

/** Bytes; a longer key is known by its digest. */
const LONGEST_KEY = 200;

/**
 * The lock name of one key of a task. Colons within name and key are escaped, so that `a:b` with `c` is not `a` with
 * `b:c`. A key that a row cannot hold, or that is long, is known by its digest behind a second colon, which no other
 * key can have.
 */
export function keyedName(task: string, key: string): string {
  return `${keyedPrefix(task)}${isPlain(key) ? escaped(key) : `:${digestOf(key)}`}`;
}

/** The lock of a task, or of one of its keys. A key as {@link keyIn} tells a digest is taken back. */
export function lockOf(task: string, key?: string): string {
  if (key === undefined) return task;
  return DIGEST.test(key) ? `${keyedPrefix(task)}${key}` : keyedName(task, key);
}

/** The key in the lock name of a task; a long one is known by its digest only, behind a colon. */
export function keyIn(task: string, lock: string): string | undefined {
  const prefix = keyedPrefix(task);
  if (lock === task || !lock.startsWith(prefix)) return undefined;
  return lock.slice(prefix.length).replace(/\\(.)/gs, '$1');
}

const DIGEST = /^:[0-9a-f]{64}$/;

/** What the lock names of all keys of a task begin with, and those of no other keyed task. */
export function keyedPrefix(task: string): string {
  return `${escaped(task)}:`;
}

/** Whether there are keys whose lock names would be longer than a row can hold. */
export function keyedNameIsTooLong(task: string): boolean {
  return Buffer.byteLength(keyedPrefix(task)) + 2 * LONGEST_KEY > MAX_NAME_BYTES;
}

function isPlain(key: string): boolean {
  return key.isWellFormed() && !key.includes('\0') && Buffer.byteLength(key) <= LONGEST_KEY;
}

/** Of the code units: two keys with different lone surrogates would be one in UTF-8. */
function digestOf(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex');
}

function escaped(text: string): string {
  return text.replace(/[\\:]/g, '\\$&');
}
