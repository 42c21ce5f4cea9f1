import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { TaskLockEvents } from 'nestjs-task-lock';
import type { TickMissedEvent } from 'nestjs-task-lock';

/** Tells a channel of ticks that ran on no replica. */
@Injectable()
export class MissedTicks implements OnModuleInit {
  private readonly logger = new Logger('MissedTicks');
  private readonly webhook = process.env['SLACK_WEBHOOK_URL'];

  constructor(private readonly taskLockEvents: TaskLockEvents) {}

  onModuleInit(): void {
    const { webhook } = this;
    if (!webhook) return; // as on a developer's machine
    this.taskLockEvents.events$.subscribe((event) => {
      if (event.type === 'tick-missed') void this.tell(webhook, event);
    });
  }

  private async tell(webhook: string, { name, count, first, last }: TickMissedEvent): Promise<void> {
    const task = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const when =
      count === 1 ? `at ${first.toISOString()}` : `from ${first.toISOString()} to ${last.toISOString()}`;
    const text = `:warning: *${task}*: ${count === 1 ? 'a tick' : `${count} ticks`} ran on no replica, ${when}`;
    try {
      const { ok, status } = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(5_000),
      });
      if (!ok) throw new Error(`it answered ${status}`);
    } catch (error) {
      this.logger.error(`${text} (and the webhook failed: ${String(error)})`);
    }
  }
}
