// What the class uses of pg-boss 12, as its documentation has it.
declare module 'pg-boss' {
  interface QueueOptions {
    retryLimit?: number;
    retryDelay?: number;
    retryBackoff?: boolean;
    deadLetter?: string;
  }

  export class PgBoss {
    createQueue(name: string, options?: QueueOptions): Promise<void>;
    insert(name: string, jobs: { data: object }[]): Promise<unknown>;
    schedule(name: string, cron: string, data?: object | null, options?: { tz?: string }): Promise<void>;
    work<T extends object>(name: string, handler: (jobs: { data: T }[]) => Promise<unknown>): Promise<string>;
  }
}
