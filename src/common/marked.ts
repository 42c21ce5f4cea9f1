type Class = abstract new (...args: never[]) => object;

/**
 * Lets `instanceof`, and with it `@Catch`, know the objects of a class by a mark. They may come from another copy of this
 * package: its other build, where an ES-module application has a CommonJS library, or another installation.
 */
export function marked(name: string) {
  const mark = Symbol.for(`nestjs-task-lock:${name}`);
  return (type: Class): void => {
    // On the prototype: subclasses have it too, and nothing prints it.
    Object.defineProperty(type.prototype, mark, { value: true });
    Object.defineProperty(type, Symbol.hasInstance, {
      value(this: unknown, object: unknown): boolean {
        // A subclass without a mark inherits this method: its own objects are known by its prototype, as usual.
        if (this !== type) return Reflect.apply(Function.prototype[Symbol.hasInstance], this, [object]);
        return typeof object === 'object' && object !== null && mark in object;
      },
    });
  };
}
