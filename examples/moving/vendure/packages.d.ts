// What the classes use of `@vendure/core` 3.7, as docs.vendure.io documents it.
declare module '@vendure/core' {
  import type { Type } from '@nestjs/common';

  export interface Injector {
    get<T>(type: Type<T> | (abstract new (...args: never[]) => T)): T;
  }

  export class ScheduledTask {
    constructor(config: {
      id: string;
      description?: string;
      schedule: string;
      timeout?: number | string;
      execute(args: { injector: Injector }): Promise<unknown>;
    });
  }

  export class ProcessContext {
    readonly isWorker: boolean;
  }
}
