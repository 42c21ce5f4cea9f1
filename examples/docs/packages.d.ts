// What the examples use of packages that this repository does not install.

declare module '@opentelemetry/sdk-node' {
  import type { MetricReader } from '@opentelemetry/sdk-metrics';

  export class NodeSDK {
    constructor(options: { serviceName: string; metricReader: MetricReader });
    start(): void;
  }
}

declare module 'express-basic-auth' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export default function basicAuth(options: {
    users: Record<string, string>;
    challenge: boolean;
  }): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}

declare module '@fastify/basic-auth' {
  import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

  const basicAuth: FastifyPluginAsync<{
    authenticate: boolean;
    validate: (user: string, password: string, request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  }>;
  export default basicAuth;
}
