import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import * as Sentry from '@sentry/node';
import { TaskLockEvents, TaskLockOperator } from 'nestjs-task-lock';
import type { RunFinishedEvent, RunStartedEvent, TaskState } from 'nestjs-task-lock';

type MonitorConfig = NonNullable<Parameters<typeof Sentry.captureCheckIn>[1]>;
type Status = 'in_progress' | 'ok' | 'error';

/** Checks in at Sentry Crons for each tick that this replica runs. Monitors are made from the schedules. */
@Injectable()
export class SentryCheckIns implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('SentryCheckIns');
  private readonly monitors = new Map<string, Promise<MonitorConfig | undefined>>();

  constructor(
    private readonly taskLockEvents: TaskLockEvents,
    private readonly operator: TaskLockOperator,
  ) {}

  onModuleInit(): void {
    this.taskLockEvents.events$.subscribe((event) => {
      if (event.type === 'run-started') void this.checkIn(event, 'in_progress');
      if (event.type === 'run-finished')
        void this.checkIn(event, event.outcome === 'succeeded' ? 'ok' : 'error', event.durationMs / 1_000);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Sentry.flush(2_000);
  }

  private async checkIn(
    { name, token, scheduledTime }: RunStartedEvent | RunFinishedEvent,
    status: Status,
    duration?: number,
  ): Promise<void> {
    if (!scheduledTime) return; // a call by hand must not hide that a tick is missing
    try {
      const monitor = await this.monitorOf(name);
      const checkIn = { monitorSlug: slugOf(name), checkInId: token.replaceAll('-', ''), status, duration };
      if (monitor) Sentry.captureCheckIn(checkIn, monitor);
    } catch (error) {
      this.monitors.delete(name); // the next run asks again
      this.logger.warn(`no check-in for ${name}: ${String(error)}`);
    }
  }

  private monitorOf(name: string): Promise<MonitorConfig | undefined> {
    const known = this.monitors.get(name);
    if (known) return known;
    const monitor = this.operator.task(name).then((task) => {
      if (!task.schedule) this.monitors.delete(name); // not written down yet
      return monitorConfigOf(task);
    });
    this.monitors.set(name, monitor);
    return monitor;
  }
}

/** Sentry takes 50 of these characters. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 50);
}

/** Nothing for a schedule that Sentry cannot watch: more often than each minute, once, or by a `utcOffset`. */
export function monitorConfigOf(
  task: Pick<TaskState, 'schedule' | 'timeZone' | 'interval' | 'maxHold'>,
): MonitorConfig | undefined {
  const { schedule, timeZone, interval, maxHold } = task;
  const options = { checkinMargin: 2, maxRuntime: Math.ceil((maxHold ?? 0) / 60_000) || undefined };
  if (schedule?.startsWith('every ')) {
    const minutes = (interval ?? 0) / 60_000;
    if (!Number.isInteger(minutes) || minutes === 0) return undefined;
    return { schedule: { type: 'interval', value: minutes, unit: 'minute' }, ...options };
  }
  const fields = schedule?.split(/\s+/) ?? [];
  const seconds = fields.length === 6 ? fields.shift() : '0';
  if (
    fields.length !== 5 ||
    !/^\d+$/.test(seconds ?? '') ||
    timeZone?.startsWith('UTC+') ||
    timeZone?.startsWith('UTC-')
  )
    return undefined;
  const timezone = timeZone ?? undefined;
  return { schedule: { type: 'crontab', value: fields.join(' ') }, timezone, ...options };
}
