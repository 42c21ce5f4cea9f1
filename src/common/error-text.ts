/**
 * The message of a thrown value, which need not be an Error. Node leaves it empty where a host refuses at each of its
 * addresses: the reasons stand in `errors` then. Never throws, whatever was thrown.
 */
export function messageOf(error: unknown): string {
  try {
    return readMessage(error);
  } catch {
    return thrownText(error);
  }
}

function readMessage(error: unknown): string {
  const { message, errors, code } = (error ?? {}) as { message?: unknown; errors?: unknown; code?: unknown };
  if (typeof message !== 'string') return String(error);
  if (message !== '') return message;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(messageOf).join('; ');
  return typeof code === 'string' ? code : message;
}

/** A thrown value as a string, with the name of an Error. Never throws: that would mask the value itself. */
export function thrownText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'a thrown value that cannot be converted to a string';
  }
}
