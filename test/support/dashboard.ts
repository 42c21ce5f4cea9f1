import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TaskLockDashboardModule } from '../../src/dashboard.js';
import type { DashboardVisitor, TaskLockDashboardOptions } from '../../src/dashboard.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { buildApplication } from './application.js';
import type { CapturedLog } from './captured-log.js';

export const PLATFORMS = ['Express', 'Fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** May do everything. */
export const ANA: DashboardVisitor = { user: 'ana', canOperate: true };

interface Served extends ModuleMetadata {
  platform: Platform;
  dashboards?: readonly Partial<TaskLockDashboardOptions>[];
  options?: TaskLockModuleOptions;
  logger?: CapturedLog;
  /** Called before it listens. */
  prepare?: (application: INestApplication) => void;
}

/** An application with the page, on a port of loopback. */
export async function serveDashboard({
  platform,
  dashboards = [{}],
  prepare,
  imports = [],
  ...rest
}: Served) {
  const modules = dashboards.map((each) =>
    TaskLockDashboardModule.forRoot({ authorize: () => ANA, ...each }),
  );
  const module = await buildApplication({ ...rest, imports: [...imports, ...modules] }).compile();
  const application =
    platform === 'Express'
      ? module.createNestApplication()
      : module.createNestApplication<INestApplication>(new FastifyAdapter());
  prepare?.(application);
  await application.listen(0, '127.0.0.1');
  const server = application.getHttpServer() as Server;
  // On a busy machine a connection would end just when the next request takes it.
  server.keepAliveTimeout = 60_000;
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${origin}${path}`, { redirect: 'manual', ...init });
  return { application, origin, ask, port };
}

/** As a form of the page itself posts it. */
export function asForm(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  };
}

/** As a program sends it. */
export function asJson(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
}
