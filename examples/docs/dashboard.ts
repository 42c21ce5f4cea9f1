import { Module } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyBasicAuth from '@fastify/basic-auth';
import basicAuth from 'express-basic-auth';
import { TaskLockModule } from 'nestjs-task-lock';
// #region module
import { TaskLockDashboardModule } from 'nestjs-task-lock/dashboard';

interface User {
  email: string;
  isAdmin: boolean;
}

@Module({
  imports: [
    TaskLockModule.forRoot(),
    TaskLockDashboardModule.forRoot({
      authorize: ({ user }: { user?: User }) =>
        user ? { user: user.email, canOperate: user.isAdmin } : false,
    }),
  ],
})
export class AppModule {}
// #endregion module

declare function verifyToken(header?: string): Promise<{ sub: string; scope: string[] } | undefined>;

TaskLockDashboardModule.forRoot({
  // #region token
  authorize: async ({ headers }: { headers: IncomingHttpHeaders }) => {
    const claims = await verifyToken(headers.authorization);
    return claims ? { user: claims.sub, canOperate: claims.scope.includes('tasks:operate') } : false;
  },
  // #endregion token
});

export function protectOnExpress(app: INestApplication, password: string) {
  // #region express
  app.use('/task-lock', basicAuth({ users: { ana: password }, challenge: true }));

  TaskLockDashboardModule.forRoot({
    authorize: ({ auth }: { auth: { user: string } }) => ({ user: auth.user, canOperate: true }),
  });
  // #endregion express
}

export async function protectOnFastify(app: NestFastifyApplication, password: string) {
  // #region fastify
  await app.register(fastifyBasicAuth, {
    authenticate: true,
    validate: async (user, given, request) => {
      if (user !== 'ana' || given !== password) throw new Error('Wrong name or password');
      Object.assign(request, { user });
    },
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/task-lock')) fastify.basicAuth(request, reply, done);
    else done();
  });

  TaskLockDashboardModule.forRoot({
    authorize: ({ user }: { user?: string }) => (user ? { user, canOperate: true } : false),
  });
  // #endregion fastify
}
