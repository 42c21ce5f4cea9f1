import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Inject, Injectable } from '@nestjs/common';
import { EmptyError } from 'rxjs';
import type { Answer } from './answers.js';
import { RefusedVisit } from './dashboard.guard.js';
import { send } from './send.js';

/** Without a word more than needed: also a title would say what is here. */
const FORBIDDEN_PAGE: Answer = { status: 403, type: 'text/plain; charset=utf-8', body: 'Forbidden' };
const FORBIDDEN: Answer = {
  status: 403,
  type: 'application/problem+json; charset=utf-8',
  body: JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403 }),
};

/**
 * Answers whoever is not let in. It also ends what a handler leaves to Nest after it has answered by itself: a stream
 * without a value, which no interceptor can cache or wrap, and which Nest takes for an error.
 */
@Catch(RefusedVisit, EmptyError)
@Injectable()
export class PageRefusals implements ExceptionFilter<Error> {
  protected readonly forbidden: Answer = FORBIDDEN_PAGE;

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(error: Error, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<object>();
    if (error instanceof RefusedVisit) send(this.host.httpAdapter, response, this.forbidden);
  }
}

/** The same, in JSON. */
@Catch(RefusedVisit, EmptyError)
@Injectable()
export class ApiRefusals extends PageRefusals {
  protected override readonly forbidden = FORBIDDEN;
}
