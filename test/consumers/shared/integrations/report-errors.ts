import * as Sentry from '@sentry/nestjs';

type Method = (...args: never[]) => Promise<unknown>;

/** Reports what a task throws. Write it as the lowest decorator, so that it sees runs and no skipped calls. */
export function ReportErrors() {
  return <T extends Method>(_target: object, _key: string, descriptor: TypedPropertyDescriptor<T>): void => {
    const method = descriptor.value as Method;
    descriptor.value = async function (this: unknown, ...args: never[]) {
      return Sentry.withIsolationScope(async () => {
        try {
          return await Reflect.apply(method, this, args);
        } catch (error) {
          Sentry.captureException(error); // Sentry reports one error object once, also where @Cron reports it again
          throw error;
        }
      });
    } as Method as T;
  };
}
