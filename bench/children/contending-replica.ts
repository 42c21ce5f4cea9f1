import { answerCommands } from '../support/child.js';
import { openReplica } from '../support/open-replica.js';
import type { BenchReplica } from '../support/open-replica.js';

export type ContendingCommand =
  | { url: string }
  /** `held`: the runs end all at once, after the last answer. */
  | { claim: string[]; tick: number; atOnce: boolean; held?: boolean };

/** Times by the machine's clock, in milliseconds. */
export interface ContendingAnswer {
  startedAt: number;
  /** When the last answer came. */
  answeredAt: number;
  /** What the claims took one by one, without their runs and releases. */
  claiming: number;
  /** From the last answer until all is released. */
  releasing: number;
  won: number;
}

const now = (): number => performance.timeOrigin + performance.now();
let replica: BenchReplica | undefined;

answerCommands<ContendingCommand, ContendingAnswer>(
  async (command) => {
    if ('url' in command) {
      replica = await openReplica(command.url, 10);
      return { startedAt: 0, answeredAt: 0, claiming: 0, releasing: 0, won: 0 };
    }
    const startedAt = now();
    let answeredAt = startedAt;
    let claiming = 0;
    let won = 0;
    let unanswered = command.claim.length;
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const scheduledTime = new Date(command.tick);
    const claim = async (name: string): Promise<void> => {
      const sentAt = now();
      const answered = (): Promise<void> | undefined => {
        answeredAt = now();
        claiming += answeredAt - sentAt;
        if (--unanswered === 0) open();
        return command.held ? gate : undefined;
      };
      const result = await replica!.service.run({ name, interval: '1s', scheduledTime }, answered);
      if (result.status === 'executed') won++;
      else void answered();
    };
    if (command.atOnce) await Promise.all(command.claim.map(claim));
    else for (const name of command.claim) await claim(name);
    return { startedAt, answeredAt, claiming, releasing: now() - answeredAt, won };
  },
  async () => replica?.close(),
);
