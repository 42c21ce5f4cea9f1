/** The longest error text that a row keeps. It is for people; the log has the whole error. */
export const LONGEST_ERROR = 2_000;

/** A text that Postgres can store: one that it refuses would keep a run from its end, or a key from its run. */
export function storable(text: string | undefined, longest = Infinity): string | null {
  // Made well-formed last: the cut may halve a pair of surrogates.
  return text?.replaceAll('\0', '').slice(0, longest).toWellFormed() ?? null;
}
