/** The message of whatever was thrown, which need not be an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What was thrown as a text, with the name of an error. Something that has no text must not mask the error itself. */
export function thrownText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'what was thrown has no text';
  }
}
