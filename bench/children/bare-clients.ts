import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { answerCommands } from '../support/child.js';

export type BareClientsCommand =
  | { url: string; clients: number }
  /** Each client sends its statement at `fireAt`, in epoch milliseconds. */
  | { send: pg.QueryConfig[]; fireAt: number };

const now = (): number => performance.timeOrigin + performance.now();
let clients: pg.Client[] = [];

/** Connections without anything of this package. Answers milliseconds after `fireAt` until the last one had its answer. */
answerCommands<BareClientsCommand, number>(
  async (command) => {
    if ('url' in command) {
      clients = Array.from(
        { length: command.clients },
        () => new pg.Client({ connectionString: command.url }),
      );
      await Promise.all(clients.map((client) => client.connect()));
      return 0;
    }
    await delay(command.fireAt - now());
    await Promise.all(clients.map((client, index) => client.query(command.send[index]!)));
    return now() - command.fireAt;
  },
  async () => void (await Promise.all(clients.map((client) => client.end()))),
);
