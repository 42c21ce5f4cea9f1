import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { TaskLockEvents } from 'nestjs-task-lock';
import type { RunFinishedEvent, RunStartedEvent } from 'nestjs-task-lock';

/** Pings healthchecks.io for each tick that this replica runs, at the check whose slug is the task's name. */
@Injectable()
export class HealthPings implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('HealthPings');
  private readonly base = process.env['HEALTHCHECKS_URL']; // like https://hc-ping.com/<ping key>
  private readonly pings = new Map<string, Promise<void>>();

  constructor(private readonly taskLockEvents: TaskLockEvents) {}

  onModuleInit(): void {
    if (!this.base) return; // as on a developer's machine
    this.taskLockEvents.events$.subscribe((event) => {
      if (event.type === 'run-started') this.ping(event, '/start');
      if (event.type === 'run-finished')
        this.ping(event, event.outcome === 'succeeded' ? '' : '/fail', event.error ?? event.outcome);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.pings.values());
  }

  private ping(
    { name, token, scheduledTime }: RunStartedEvent | RunFinishedEvent,
    end: string,
    body = '',
  ): void {
    if (!scheduledTime) return; // a call by hand must not hide that a tick is missing
    const slug = name.toLowerCase().replace(/[^a-z0-9_-]+/g, '-');
    const url = `${this.base}/${slug}${end}?rid=${token}`;
    const start = this.pings.get(token) ?? Promise.resolve();
    const sent = start.then(() => this.post(url, body)); // an end must not overtake its start
    this.pings.set(token, sent);
    void sent.then(() => this.pings.get(token) === sent && this.pings.delete(token));
  }

  private async post(url: string, body: string): Promise<void> {
    try {
      const { ok, status } = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });
      if (!ok) throw new Error(`it answered ${status}`);
    } catch (error) {
      this.logger.warn(`no ping: ${String(error)}`); // the URL is a secret
    }
  }
}
