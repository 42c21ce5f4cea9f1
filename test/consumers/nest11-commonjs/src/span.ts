/** The spans that were opened, by their names. */
export const spans: string[] = [];

/** A span decorator as applications write them: it wraps the method, and copies its metadata so as not to lose `@Cron`. */
export function Span(name: string): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    const wrapper = function (this: unknown, ...args: unknown[]) {
      spans.push(name);
      return original.apply(this, args);
    };
    for (const key of Reflect.getMetadataKeys(original)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), wrapper);
    }
    descriptor.value = wrapper;
    return descriptor as never;
  };
}
