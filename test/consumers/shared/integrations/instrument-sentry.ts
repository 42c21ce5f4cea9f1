import * as Sentry from '@sentry/nestjs';

/** What would have gone to Sentry: nothing leaves this process. */
export const reports: Sentry.ErrorEvent[] = [];

// Loaded by --import, before Nest: the SDK patches what Nest exports.
Sentry.init({
  dsn: 'https://key@sentry.invalid/1',
  tracesSampleRate: 1,
  beforeSend: (event) => {
    reports.push(event);
    return null;
  },
  beforeSendTransaction: () => null,
});
