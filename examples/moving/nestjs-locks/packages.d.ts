// What the class uses of `@nestjs/locks`, as docs.nestjs.com/reliability/locks documents it.
declare module '@nestjs/locks' {
  export interface JobOptions {
    key?: string;
    ttl?: string | number;
  }

  export interface Lock {
    readonly fencingToken: number;
    readonly signal: AbortSignal;
  }

  export function OnOneInstance(options?: JobOptions): MethodDecorator;
  export function WithoutOverlapping(options?: JobOptions): MethodDecorator;
  export function LeaderElection(key: string, options?: { ttl?: string | number }): ClassDecorator;

  export interface OnLeadershipAcquired {
    onLeadershipAcquired(lock: Lock): unknown;
  }

  export interface OnLeadershipLost {
    onLeadershipLost(lock: Lock): unknown;
  }

  export class LocksContext {
    readonly fencingToken: number | undefined;
    readonly signal: AbortSignal | undefined;
  }

  export class Locks {
    withLock<T>(
      key: string,
      work: (lock: Lock) => Promise<T>,
      options?: { wait?: string | number },
    ): Promise<T>;
  }
}
