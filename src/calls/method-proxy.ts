import 'reflect-metadata';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Stands in for a method: same name, same length, same metadata, so that whatever reads the method's decorators (the
 * scheduler, a router, an event listener) reads them here too. Without the copy a `@Cron` job would disappear.
 */
export function proxyOf<M extends Method>(
  method: M,
  apply: (method: M, instance: unknown, args: unknown[]) => unknown,
): M {
  const proxy = new Proxy(method, { apply });
  for (const key of Reflect.getMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), proxy);
  }
  return proxy;
}
