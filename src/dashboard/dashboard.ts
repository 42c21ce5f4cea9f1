import { Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { EMPTY } from 'rxjs';
import type { Observable } from 'rxjs';
import { thrownText } from '../common/error-text.js';
import { answerPage, messagePage } from './html/pages.js';
import { htmlAnswer, problemAnswer, retryHeader } from './answers.js';
import type { Answer } from './answers.js';
import type { DashboardRequest, DashboardSettings } from './dashboard-options.js';
import { linksFrom } from './links.js';
import { DashboardProblem, problemOf } from './problem.js';
import { isSameOrigin } from './same-origin.js';
import { hasLeft, send } from './send.js';
import type { Frame } from './views.js';
import { visitOf } from './visit.js';
import type { Visit } from './visit.js';

/** Makes an answer for somebody who may see the page. */
export type Make = (visit: Visit) => Answer | Promise<Answer>;

/** Answers requests of one dashboard, past the interceptors of the application. */
export class Dashboard {
  private readonly log = new Logger('TaskLock');

  constructor(
    private readonly host: HttpAdapterHost,
    readonly settings: DashboardSettings,
  ) {}

  /** Answers with a page, also where something is wrong. */
  page(request: DashboardRequest, response: object, make: Make): Promise<Observable<never>> {
    return this.answer(request, response, make, (problem, visit) => this.problemPage(problem, visit));
  }

  /** Answers with JSON, and with problem details where something is wrong. */
  api(request: DashboardRequest, response: object, make: Make): Promise<Observable<never>> {
    return this.answer(request, response, make, problemAnswer);
  }

  /** The same of something that acts: only if the page itself has sent it. */
  acting(make: Make): Make {
    return (visit) => {
      if (!isSameOrigin(visit.headers, this.settings.origin)) throw notFromHere(visit);
      return make(visit);
    };
  }

  /** What every page knows. `now` by the database's clock. */
  frameOf({ pathname, user, allowed }: Visit, now: Date, isList = false): Frame {
    const { title, readOnly } = this.settings;
    return { title, user, now, allowed: readOnly ? [] : allowed, ...linksFrom(pathname, isList) };
  }

  private problemPage(problem: DashboardProblem, visit: Visit): Answer {
    const { heading, message, status, retryAfter } = problem;
    const headers = retryHeader(problem);
    const name = visit.isAction ? actedOn(visit) : undefined;
    if (name !== undefined) {
      const frame = this.frameOf(visit, new Date());
      const view = { ...frame, name, heading, sentences: [message], tone: 'refused' } as const;
      return htmlAnswer(answerPage(view), status, headers);
    }
    const { title } = this.settings;
    const { home } = linksFrom(visit.pathname, false);
    // A reload would send the form again.
    const again = visit.isAction ? undefined : retryAfter;
    const view = { title, home, heading, sentences: [message], retryAfter: again };
    return htmlAnswer(messagePage(view), status, headers);
  }

  /** Emits nothing, so that an interceptor has nothing to cache, and nothing to wrap. */
  private async answer(
    request: DashboardRequest,
    response: object,
    make: Make,
    orElse: (problem: DashboardProblem, visit: Visit) => Answer,
  ): Promise<Observable<never>> {
    // Nobody waits for the answer any more, and what it does would surprise.
    if (hasLeft(response)) return EMPTY;
    const visit = visitOf(request, String(this.host.httpAdapter.getRequestUrl(request)));
    let answer: Answer;
    try {
      answer = await make(visit);
    } catch (error) {
      answer = orElse(this.problemOf(error, visit), visit);
    }
    send(this.host.httpAdapter, response, answer);
    return EMPTY;
  }

  private problemOf(error: unknown, { isAction }: Visit): DashboardProblem {
    const problem = problemOf(error, isAction);
    if (problem.kind === 'internal')
      this.log.error(`The dashboard: ${thrownText(error)}`, error instanceof Error ? error.stack : undefined);
    return problem;
  }
}

/** The task that a form names, so that its answer leads back to it. */
function actedOn({ query, body }: Visit): string | undefined {
  const { name } = (body ?? {}) as { name?: unknown };
  const given = query.get('name') ?? name;
  return typeof given === 'string' && given !== '' ? given : undefined;
}

function notFromHere({ headers }: Visit): DashboardProblem {
  const { origin } = headers;
  return new DashboardProblem(
    'forbidden',
    'This did not come from the page itself. ' +
      (headers['sec-fetch-site'] === undefined && origin !== undefined
        ? `Its Origin is '${origin}', and its Host '${headers.host ?? ''}': if a proxy changes the Host header, set option ` +
          'origin of TaskLockDashboardModule.'
        : 'A program that acts sends JSON, as Content-Type: application/json, with neither Sec-Fetch-Site nor Origin.'),
  );
}
