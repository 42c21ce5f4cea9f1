import 'reflect-metadata';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Makes a proxy of a method with the same name, length and metadata. Schedulers, routers and event listeners read the
 * metadata: without the copy a `@Cron` job would disappear.
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
