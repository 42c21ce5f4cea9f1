import type { IncomingHttpHeaders } from 'node:http';
import { TASK_CONDITIONS } from '../operate/operator-types.js';
import type { TaskCondition } from '../operate/operator-types.js';
import { DashboardProblem } from './problem.js';
import { mediaTypeOf } from './same-origin.js';

/** Texts by name; one that is left empty is missing. */
export type Texts<K extends string> = Partial<Record<K, string>>;

/** The query of an address. */
export function queryOf<K extends string>(search: URLSearchParams, known: readonly K[]): Texts<K> {
  const texts: Texts<K> = {};
  for (const [given, text] of search) {
    const name = known.find((each) => each === given);
    if (name === undefined) throw unknown('query parameter', given, known);
    if (texts[name] !== undefined)
      throw badInput(`The query parameter ${name} is given twice: give it once.`);
    if (text !== '') texts[name] = storable(name, text);
  }
  return texts;
}

/** A form as a browser posts it. */
export function formOf<K extends string>(
  headers: IncomingHttpHeaders,
  body: unknown,
  known: readonly K[],
): Texts<K> {
  const texts: Texts<K> = {};
  for (const [given, text] of membersOf(headers, body, 'application/x-www-form-urlencoded')) {
    const name = known.find((each) => each === given);
    if (name === undefined) throw unknown('field', given, known);
    if (typeof text !== 'string') throw badInput(`The field ${name} must be one text: give it once.`);
    if (text !== '') texts[name] = storable(name, text);
  }
  return texts;
}

/** The JSON body of an action: an object, or nothing. */
export function jsonOf<K extends string>(
  headers: IncomingHttpHeaders,
  body: unknown,
  known: readonly K[],
): Partial<Record<K, unknown>> {
  const values: Partial<Record<K, unknown>> = {};
  for (const [given, value] of membersOf(headers, body, 'application/json')) {
    const name = known.find((each) => each === given);
    if (name === undefined) throw unknown('field', given, known);
    values[name] = value;
  }
  return values;
}

/** A whole number from 1 on, of a query. */
export function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw badInput(`${name} must be a whole number from 1 on; it is '${shortened(text)}'.`);
}

/** The state that a list is filtered by. */
export function stateOf(text: string | undefined): TaskCondition | undefined {
  if (text === undefined) return undefined;
  const state = TASK_CONDITIONS.find((each) => each === text);
  if (state) return state;
  throw badInput(`state must be one of ${TASK_CONDITIONS.join(', ')}; it is '${shortened(text)}'.`);
}

export function badInput(detail: string): DashboardProblem {
  return new DashboardProblem('bad-input', detail);
}

function membersOf(headers: IncomingHttpHeaders, body: unknown, type: string): [string, unknown][] {
  const given = mediaTypeOf(headers);
  if (given !== undefined && given !== type)
    throw new DashboardProblem('unsupported-body', `The body must be ${type}; it is ${shortened(given)}.`);
  if (body === undefined || body === null) {
    const isSent = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
    if (!isSent) return [];
    throw badInput(
      `The application has not read the body: let it parse ${type} (bodyParser of NestFactory.create).`,
    );
  }
  if (typeof body !== 'object' || Array.isArray(body)) throw badInput('The body must be a JSON object.');
  return Object.entries(body);
}

function unknown(what: string, name: string, known: readonly string[]): DashboardProblem {
  const expected = known.length > 0 ? known.join(', ') : 'none';
  return badInput(`The ${what} '${shortened(name)}' is unknown: expected ${expected}.`);
}

function storable(name: string, text: string): string {
  if (text.includes('\0')) throw badInput(`${name} must not contain the NUL character.`);
  return text;
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
