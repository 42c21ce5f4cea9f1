import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  /** As `@fastify/basic-auth` adds it. */
  interface FastifyInstance {
    basicAuth: (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;
  }
}
