import 'reflect-metadata';

type Wrapped = (this: unknown, ...args: unknown[]) => unknown;

/** The methods that a span was opened for. */
export const spans: string[] = [];

/** A tracing decorator that replaces the method by a function of its own, and forgets about its metadata. */
export function PlainSpan(): MethodDecorator {
  return (_target, key, descriptor) => {
    const original = descriptor.value as Wrapped;
    const wrapper: Wrapped = async function (...args) {
      spans.push(String(key));
      return original.apply(this, args);
    };
    Object.assign(descriptor, { value: wrapper });
  };
}

/** The same, with the metadata copied, as tracing decorators for Nest do. */
export function CarefulSpan(): MethodDecorator {
  return (target, key, descriptor) => {
    const original = descriptor.value as Wrapped;
    PlainSpan()(target, key, descriptor);
    for (const metadata of Reflect.getMetadataKeys(original) as unknown[]) {
      const value: unknown = Reflect.getMetadata(metadata, original);
      Reflect.defineMetadata(metadata, value, descriptor.value as object);
    }
  };
}
