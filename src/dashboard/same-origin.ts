import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request that acts comes from the page itself, or from no browser at all. A browser says where a request comes
 * from, and no page can forge that: in `Sec-Fetch-Site`, or over plain HTTP in `Origin`. Whoever sends neither must send
 * JSON, which a form of another site cannot.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, ownOrigin: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  if (origin !== undefined) return origin === ownOrigin || isOfHost(origin, headers);
  return mediaTypeOf(headers) === 'application/json';
}

/** The scheme is not compared: behind a proxy nobody here knows it. */
function isOfHost(origin: string, { host, ':authority': authority }: IncomingHttpHeaders): boolean {
  const own = host ?? (typeof authority === 'string' ? authority : undefined);
  if (own === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: from, origin: parsed } = new URL(origin);
  // Anything else in it than an origin was sent by no browser.
  if (parsed !== origin || !URL.canParse(`${protocol}//${own}`)) return false;
  return new URL(`${protocol}//${own}`).host === from;
}

/** The media type of the body, without its parameters. */
export function mediaTypeOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
