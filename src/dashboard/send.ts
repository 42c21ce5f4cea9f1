import type { AbstractHttpAdapter } from '@nestjs/core';
import type { Answer } from './answers.js';
import { PAGE_HEADERS } from './page-headers.js';

/** Sends an answer past the interceptors of the application, which neither cache nor wrap it. */
export function send(
  adapter: AbstractHttpAdapter,
  response: object,
  { status, type, body, headers }: Answer,
): void {
  // A timeout of the application may have answered meanwhile.
  if (hasLeft(response) || adapter.isHeadersSent(response)) return;
  for (const [name, value] of Object.entries({ ...PAGE_HEADERS, ...headers, 'Content-Type': type }))
    adapter.setHeader(response, name, value);
  adapter.reply(response, body, status);
}

/** Whether the client has closed the connection. Fastify keeps Node's response in `raw`. */
export function hasLeft(response: object): boolean {
  const { raw = response } = response as { raw?: object };
  return (raw as { destroyed?: boolean }).destroyed === true;
}
