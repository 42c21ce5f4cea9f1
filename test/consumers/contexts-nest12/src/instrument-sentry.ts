import * as Sentry from '@sentry/nestjs';

type Envelope = Parameters<ReturnType<NonNullable<Sentry.NodeOptions['transport']>>['send']>[0];

/** What would have gone to Sentry: nothing leaves this process. */
export const sent: Envelope[] = [];

// Loaded by `node --import`, as Sentry wants it for ES modules: it patches Nest when that is loaded.
Sentry.init({
  dsn: 'https://key@sentry.invalid/1',
  tracesSampleRate: 1,
  transport: () => ({
    send: async (envelope) => {
      sent.push(envelope);
      return {};
    },
    flush: async () => true,
  }),
});
