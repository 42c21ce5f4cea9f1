/** A statement as it was sent. */
export interface Sent {
  name: string;
  text: string;
  values: unknown[];
}

/** The same statement for another claim: with another token, and where there is one another tick. */
export function forAnother(
  { name, text, values }: Sent,
  token: string,
  tick?: { was: Date; is: Date },
): Sent {
  const replaced = values.map((value) => {
    if (typeof value === 'string' && UUID.test(value)) return token;
    if (tick === undefined) return value;
    if (value === tick.was.toISOString()) return tick.is.toISOString();
    return Number(value) === tick.was.getTime() ? tick.is.getTime() : value;
  });
  return { name, text, values: replaced };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
