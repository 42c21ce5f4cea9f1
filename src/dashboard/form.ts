import { parseDuration } from '../common/duration.js';
import { ACT_FIELDS } from './act.js';
import type { Act, ActField } from './act.js';
import { actionOf } from './action-of.js';
import { badInput, formOf, queryOf } from './fields.js';
import type { ActFields } from './views.js';
import type { Visit } from './visit.js';

const FIELDS = [
  'action',
  'name',
  'key',
  'fence',
  'force',
  'reason',
  'for',
  'until',
] as const satisfies readonly (keyof ActFields)[];

/** What the form of a confirm page asks for. `nowOf`: the store's clock, from which a length of time counts. */
export async function actOfForm(
  { headers, body, query, user }: Visit,
  nowOf: (name: string) => Promise<Date>,
): Promise<Act> {
  const form = formOf(headers, body, FIELDS);
  // A form makes CRLF of a line break, and so these stand in the address where they have one.
  const { name = form.name, key = form.key } = queryOf(query, ['name', 'key']);
  const action = actionOf(form.action);
  if (name === undefined) throw badInput('The field name is missing: it names the task.');
  const { reason, fence, force } = form;
  const given = {
    reason,
    fence,
    key,
    force: force === undefined ? undefined : force === '1',
    until: await untilOf(form, () => nowOf(name)),
  };
  const taken: readonly ActField[] = ACT_FIELDS[action];
  const fields = Object.fromEntries(
    Object.entries(given).filter(([field]) => taken.some((each) => each === field)),
  ) as Act['fields'];
  return { action, name, fields, user };
}

async function untilOf(
  { for: length, until }: Partial<Record<'for' | 'until', string>>,
  now: () => Promise<Date>,
): Promise<string | undefined> {
  if (length === undefined) return undefined;
  if (length === 'until') return utcOf(until);
  return new Date((await now()).getTime() + lengthOf(length)).toISOString();
}

function lengthOf(length: string): number {
  try {
    return parseDuration(length);
  } catch {
    throw badInput(`for must be a length of time like 2h, or until; it is '${length.slice(0, 100)}'.`);
  }
}

/** A browser gives a time without a zone. The form says that it is UTC. */
function utcOf(until: string | undefined): string {
  if (until === undefined)
    throw badInput('until is missing: say when the pause ends, in UTC, like 2026-11-27T06:00.');
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(until) ? `${until}Z` : until;
}
