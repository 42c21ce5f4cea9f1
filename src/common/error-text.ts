/** The message of a thrown value, which need not be an Error. */
export function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

/** A thrown value as a string, with the name of an Error. Never throws: that would mask the value itself. */
export function thrownText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'a thrown value that cannot be converted to a string';
  }
}
