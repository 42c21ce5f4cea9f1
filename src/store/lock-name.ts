/** The longest lock name in UTF-8 bytes: a key of a Postgres b-tree holds at most about 2,700. */
export const MAX_NAME_BYTES = 2_000;

/**
 * Says why a text cannot be a lock name, or nothing where it can. A name is refused here and never shortened or
 * repaired by the store: two tasks whose names became one would lock each other out.
 */
export function lockNameProblem(name: string): string | undefined {
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
