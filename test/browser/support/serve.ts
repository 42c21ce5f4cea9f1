import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskLockDashboardModule } from '../../../src/dashboard.js';
import type { TaskLockDashboardOptions } from '../../../src/dashboard.js';
import { TaskLockModule } from '../../../src/index.js';
import type { LockStore } from '../../../src/store/lock-store.js';

export interface ServedPage {
  /** The address of the list. */
  url: string;
  close(): Promise<void>;
}

/** An application that has the page and no task, on a port of loopback. */
export async function servePage(
  store: LockStore,
  options: Partial<TaskLockDashboardOptions> = {},
): Promise<ServedPage> {
  const authorize = () => ({ user: 'ana@shop.example', canOperate: true });
  const dashboard = TaskLockDashboardModule.forRoot({ authorize, ...options });
  return listen([TaskLockModule.forRoot({ store, application: 'page' }), dashboard]);
}

@Module({})
class PageModule {}

async function listen(imports: DynamicModule[]): Promise<ServedPage> {
  const application: INestApplication = await NestFactory.create(
    { module: PageModule, imports },
    { logger: false, forceCloseConnections: true },
  );
  await application.listen(0, '127.0.0.1');
  const { port } = (application.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/task-lock`, close: () => application.close() };
}
