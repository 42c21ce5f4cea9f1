// An application of its own process, which standalone.test.ts and microservice.test.ts end with SIGTERM.
import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport } from '@nestjs/microservices';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { TaskLock } from 'nestjs-task-lock';
import { lockImports, ShutdownBegin } from './lock-imports.js';
import { holdNextRun, work } from './work.js';

@Injectable()
class Jobs {
  @TaskLock('standalone')
  run() {
    return work();
  }
}

@Controller()
class MessageController {
  @MessagePattern('microservice')
  @TaskLock('microservice')
  run() {
    return work();
  }
}

@Module({ imports: lockImports(), providers: [Jobs], controllers: [MessageController] })
class ApplicationModule {}

const tell = (message: unknown) => process.send?.(message);
const OPTIONS = { logger: ['warn' as const], abortOnError: false };
const port = Number(process.argv[2] ?? 0);

async function start(): Promise<INestApplicationContext> {
  if (port === 0) return NestFactory.createApplicationContext(ApplicationModule, OPTIONS);
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(ApplicationModule, {
    ...OPTIONS,
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
  await service.listen();
  return service;
}

const application = await start();
application.enableShutdownHooks();
const { reached, open } = holdNextRun();
process.once('message', open);
void application.get(ShutdownBegin).promise.then(() => tell('shutdown'));
void reached.then(() => tell('running'));
if (port === 0) void application.get(Jobs).run();
else tell('listening');
