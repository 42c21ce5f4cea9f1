import pg from 'pg';
import { answerCommands } from '../support/child.js';
import { countCalls } from '../support/count-queries.js';
import { openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';
import { playTick } from '../support/tick-protocol.js';
import type { TickAnswer, TickCommand } from '../support/tick-protocol.js';

const queriesSent = countCalls(pg.Client.prototype as unknown as Record<'query', unknown>, 'query');
let replica: BenchReplica | undefined;

/** A replica with this package's lock. */
answerCommands<TickCommand, TickAnswer>(
  async (command) => {
    if ('open' in command) {
      replica = await openReplica(command.open.postgres, 2);
      return { ran: false, answeredAfter: 0, queries: 0 };
    }
    return playTick(command, {
      run: (scheduledTime, body) =>
        replica!.service.run({ name: 'beside its peers', interval: '1m', scheduledTime }, body),
      queriesSent,
    });
  },
  async () => replica?.close(),
);
