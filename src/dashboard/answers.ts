import type { DashboardProblem } from './problem.js';

/** What a request is answered, whatever the framework. */
export interface Answer {
  status: number;
  /** The media type. */
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export function htmlAnswer(body: string, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, type: 'text/html; charset=utf-8', body, headers };
}

export function jsonAnswer(body: unknown): Answer {
  return { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

/** Problem details, as RFC 9457 has them. */
export function problemAnswer(problem: DashboardProblem): Answer {
  return {
    status: problem.status,
    type: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problem.details),
    headers: retryHeader(problem),
  };
}

export function retryHeader({ retryAfter }: DashboardProblem): Record<string, string> {
  return retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
}
