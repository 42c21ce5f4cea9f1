import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';

/** A class with so many tasks, each due once an hour, evenly apart. */
export function hourlyJobs(tasks: number, ran: () => void, locked = true): Type {
  class HourlyJobs {}
  for (let task = 0; task < tasks; task++) {
    const second = Math.floor((task * 3_600) / tasks);
    const key = `task${task}`;
    const descriptor: TypedPropertyDescriptor<() => Promise<void>> = {
      value: async () => ran(),
      configurable: true,
      writable: true,
    };
    Cron(`${second % 60} ${Math.floor(second / 60)} * * * *`)(HourlyJobs.prototype, key, descriptor);
    if (locked) TaskLock(`hourly ${task}`)(HourlyJobs.prototype, key, descriptor);
    Object.defineProperty(HourlyJobs.prototype, key, descriptor);
  }
  Injectable()(HourlyJobs);
  return HourlyJobs;
}
