import type { ReleaseRequest } from '../lock-store.js';
import type { ReleaseColumn } from './release.sql.js';

/** What a failed method's message may be long in the row: it is for people, the full error is in the log. */
const MAX_ERROR_LENGTH = 2_000;

/** Requests as the release statement takes them. One commit ends them all: it is durable where one of them must be. */
export function releaseRows(
  requests: readonly ReleaseRequest[],
): Record<ReleaseColumn, string | number | boolean | null>[] {
  const durable = requests.some((request) => request.durable);
  return requests.map(({ name, token, tick, minHold, stepBack, outcome, error }) => ({
    name,
    token,
    kind: tick,
    min_hold_ms: minHold,
    step_back_ms: stepBack,
    outcome,
    error: storable(error),
    durable,
  }));
}

/** Postgres refuses the NUL character in a text: an error's message must not make its release fail. */
function storable(error: string | undefined): string | null {
  return error?.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH).toWellFormed() ?? null;
}
