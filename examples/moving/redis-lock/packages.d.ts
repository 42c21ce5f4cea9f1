// What the class uses of `@anchan828/nest-redlock` 0.4, as its README documents it.
declare module '@anchan828/nest-redlock' {
  type Key<Args extends unknown[]> = string | ((target: object, ...args: Args) => string);

  export function Redlock<Args extends unknown[] = []>(
    key: Key<Args>,
    duration?: number,
    settings?: { retryCount?: number },
  ): MethodDecorator;
}
