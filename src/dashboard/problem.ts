import { STATUS_CODES } from 'node:http';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { TaskLockOperatorError } from '../operate/operator-errors.js';
import type { OperatorErrorKind } from '../operate/operator-errors.js';

/** What the `type` of a problem ends with. */
export type ProblemKind =
  | 'bad-input'
  | 'unknown-path'
  | 'unknown-task'
  | 'unknown-trigger'
  | 'forbidden'
  | 'refused'
  | 'busy'
  | 'unsupported-body'
  | 'internal'
  | 'unavailable';

const STATUS: Readonly<Record<ProblemKind, number>> = {
  'bad-input': 400,
  forbidden: 403,
  'unknown-path': 404,
  'unknown-task': 404,
  'unknown-trigger': 404,
  refused: 409,
  busy: 409,
  'unsupported-body': 415,
  internal: 500,
  unavailable: 503,
};

const KINDS: Readonly<Record<OperatorErrorKind, ProblemKind>> = {
  input: 'bad-input',
  'unknown-task': 'unknown-task',
  refused: 'refused',
};

const HEADINGS: Readonly<Record<ProblemKind, string>> = {
  'bad-input': 'That cannot be read',
  forbidden: 'You may not do that',
  'unknown-path': 'There is no such page',
  'unknown-task': 'There is no such task',
  'unknown-trigger': 'There is no such trigger',
  refused: 'That was refused',
  busy: 'The lock is busy',
  'unsupported-body': 'That cannot be read',
  internal: 'Something went wrong',
  unavailable: 'The database does not answer',
};

/** Seconds after which a client may ask again. */
const RETRY_AFTER = 5;

/** Why a request has no other answer. */
export class DashboardProblem extends Error {
  readonly status: number;
  readonly retryAfter?: number;

  /** `detail`: a sentence; `more`: members of the problem details beside it. */
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.status = STATUS[kind];
    this.retryAfter = kind === 'unavailable' || kind === 'busy' ? RETRY_AFTER : undefined;
  }

  get title(): string {
    return STATUS_CODES[this.status] ?? 'Error';
  }

  get heading(): string {
    return HEADINGS[this.kind];
  }

  /** Problem details as RFC 9457 has them. */
  get details(): object {
    return {
      type: `urn:problem-type:task-lock:${this.kind}`,
      title: this.title,
      status: this.status,
      // A page has it as its heading.
      detail: this.kind === 'unavailable' ? `${this.heading}. ${this.message}` : this.message,
      ...this.more,
    };
  }
}

/** What a client is told of an error; nothing of one that is not known, which belongs into the log. */
export function problemOf(error: unknown, isAction = false): DashboardProblem {
  if (error instanceof DashboardProblem) return error;
  if (error instanceof TaskLockOperatorError) {
    const { kind, option, problem, nearest } = error;
    return new DashboardProblem(
      KINDS[kind],
      option === undefined ? sentence(problem) : `${option} ${ended(problem)}`,
      nearest ? { nearest } : {},
    );
  }
  if (error instanceof LockStoreUnavailableError)
    return new DashboardProblem(
      'unavailable',
      isAction ? undone(error) : 'Nothing can be shown until it does.',
    );
  return new DashboardProblem('internal', 'Something went wrong. The log of the application says what.');
}

function undone({ sent }: LockStoreUnavailableError): string {
  return sent
    ? 'What you asked for may have been done: look at the task before you ask again.'
    : 'Nothing was done.';
}

/** As a page shows it: from a capital letter to a full stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${ended(text.slice(1))}`;
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
