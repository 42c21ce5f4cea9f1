import type { ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { asDirectCall } from '../calls/call-context.js';
import { closedInstance } from '../calls/dispatcher-key.js';
import { proxyOf } from '../calls/method-proxy.js';
import type { Method } from '../calls/method-proxy.js';

/**
 * Makes calls of a scheduled method direct ones. The scheduler took the method in `onModuleInit`, so a property that is
 * set on the instance afterwards is met by the application's own calls only.
 */
export function markDirectCalls(instances: readonly object[], key: string | symbol): void {
  for (const instance of instances) {
    const type = instance.constructor;
    const method = Reflect.get(instance, key) as Method;
    const value = proxyOf(method, (original, self, args) =>
      asDirectCall({ type, key }, () => Reflect.apply(original, self, args)),
    );
    const property = { value, configurable: true, writable: true, enumerable: false };
    if (!Reflect.defineProperty(instance, key, property)) throw closedInstance(instance);
  }
}

/**
 * Makes a routed call of a method a direct call. Routers take the method before {@link markDirectCalls} can mark it. Calls
 * of other methods are left alone, or a timer that one of them sets would make no ticks.
 */
export class DirectCallMarker implements NestInterceptor {
  constructor(private readonly key: string | symbol) {}

  intercept(context: ExecutionContext, next: { handle(): Observable<unknown> }): Observable<unknown> {
    const type = context.getClass();
    if (context.getHandler() !== Reflect.get(type.prototype as object, this.key)) return next.handle();
    return asDirectCall({ type, key: this.key }, () => next.handle());
  }
}
