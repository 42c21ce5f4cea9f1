import type { EventEmitter } from 'node:events';
import { countCalls } from './count-queries.js';
import type { Traffic } from './tick-protocol.js';

/** Counts what a class of clients sends, and how many of its connections are open at once. */
export function watchTraffic<Send extends string>(
  client: { prototype: EventEmitter & Record<Send, unknown> & { connect: unknown } },
  send: Send,
): Traffic {
  const prototype: { connect: unknown } = client.prototype;
  const queries = countCalls<Send>(client.prototype, send);
  const connect = prototype.connect as (...args: unknown[]) => unknown;
  let open = 0;
  let most = 0;
  prototype.connect = function (this: EventEmitter, ...args: unknown[]): unknown {
    most = Math.max(most, ++open);
    this.once('end', () => open--);
    return Reflect.apply(connect, this, args);
  };
  return { queries, connections: () => most, forget: () => (most = open) };
}
