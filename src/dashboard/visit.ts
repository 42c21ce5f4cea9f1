import type { IncomingHttpHeaders } from 'node:http';
import { visitorOfRequest } from './dashboard.guard.js';
import type { DashboardRequest } from './dashboard-options.js';
import type { Visitor } from './visitor.js';

/** A request of somebody who may see the page. */
export interface Visit extends Visitor {
  pathname: string;
  query: URLSearchParams;
  params: Readonly<Record<string, string | undefined>>;
  headers: IncomingHttpHeaders;
  body: unknown;
  /** Whether it is a POST. */
  isAction: boolean;
}

/** `url`: as it reached the application, with its query. Express and Fastify read queries each in their own way. */
export function visitOf(request: DashboardRequest, url: string): Visit {
  const { headers, method, body, params } = request;
  const [pathname, ...rest] = url.split('?');
  return {
    ...visitorOfRequest(request),
    pathname: pathname!,
    query: new URLSearchParams(rest.join('?')),
    params: (params ?? {}) as Visit['params'],
    headers,
    body,
    isAction: method === 'POST',
  };
}
