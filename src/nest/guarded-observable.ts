import { Observable, Subscriber } from 'rxjs';
import type { Observer, Operator, Subscription, TeardownLogic } from 'rxjs';

/** Calls code of a subscriber, and takes the error that its stream ends with. */
export interface SubscriberGuard {
  guard(call: () => unknown): void;
  complain(error: unknown): void;
}

/**
 * An Observable whose subscribers may fail. RxJS throws the error of a subscriber on a timer, which would end the process
 * with all of its runs; a promise that nobody awaits does the same. What operators derive from it is guarded, too.
 */
export class GuardedObservable<T> extends Observable<T> {
  constructor(
    private readonly by: SubscriberGuard,
    subscribe?: (subscriber: Subscriber<T>) => TeardownLogic,
  ) {
    super(subscribe);
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.by);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own: the subscriber at the end of the chain is guarded.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'function' || !observerOrNext
        ? { next: observerOrNext ?? undefined, error: error ?? undefined, complete: complete ?? undefined }
        : observerOrNext;
    return super.subscribe({
      next: (value) => this.by.guard(() => observer.next?.(value)),
      error: (problem: unknown) =>
        observer.error ? this.by.guard(() => observer.error?.(problem)) : this.by.complain(problem),
      complete: () => this.by.guard(() => observer.complete?.()),
    });
  }
}
