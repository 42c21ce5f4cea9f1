import pg from 'pg';
import { openReplica } from '../support/open-replica.js';
import { answerTicks } from '../support/tick-protocol.js';
import { watchTraffic } from '../support/traffic.js';

/** A replica with this package's lock, and the lease that it derives from the interval. */
answerTicks(
  async ({ postgres, task, interval, speed }, runTask) => {
    // Played faster, the lease is shorter than the least one that is derived from an interval.
    const replica = await openReplica(postgres, 2, speed === 1 ? {} : { lease: (0.9 * interval) / speed });
    return {
      fire: (tick) =>
        replica.service.run({ name: task, interval: interval / speed, scheduledTime: tick }, () =>
          runTask(tick),
        ),
      close: () => replica.close(),
    };
  },
  watchTraffic(pg.Client, 'query'),
);
