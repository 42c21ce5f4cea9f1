// A WebSocket gateway on ws.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { TaskLock } from 'nestjs-task-lock';
import { WebSocket } from 'ws';
import { closeDuringRun } from '../close-during-run.js';
import { lockImports } from '../lock-imports.js';
import { OtherReplica } from '../other-replica.js';
import { work } from '../work.js';

@WebSocketGateway()
class ExportsGateway {
  @SubscribeMessage('skip')
  @TaskLock('skip')
  skip(@MessageBody() id: number) {
    return work().then((data) => ({ event: 'done', data: `${data} ${id}` }));
  }

  @TaskLock('throw', undefined, { overlap: 'throw' })
  @SubscribeMessage('throw')
  throw() {
    return work();
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: number) {
    return { event: 'echo', data };
  }
}

/** Nest makes one for each client, and its request is the client's socket. */
@Injectable({ scope: Scope.REQUEST })
class Client {
  messages = 0;

  constructor(@Inject(REQUEST) readonly socket: WebSocket) {}
}

@WebSocketGateway()
class ScopedGateway {
  constructor(private readonly client: Client) {}

  @SubscribeMessage('scoped')
  @TaskLock('scoped')
  scoped(@ConnectedSocket() socket: WebSocket) {
    return work().then((ran) => ({
      event: 'scoped',
      data: `${ran}, ${socket === this.client.socket ? 'own' : 'another'} client, message ${++this.client.messages}`,
    }));
  }
}

@Module({ imports: lockImports(), providers: [ExportsGateway, ScopedGateway, Client] })
class ApplicationModule {}

let application: INestApplication;
let other: OtherReplica;
let socket: WebSocket;
let second: WebSocket;
before(async () => {
  other = await OtherReplica.start();
  application = await NestFactory.create(ApplicationModule, { logger: ['warn'], abortOnError: false });
  application.useWebSocketAdapter(new WsAdapter(application));
  await application.listen(0, '127.0.0.1');
  const connect = async () => {
    const client = new WebSocket((await application.getUrl()).replace('http', 'ws'));
    await once(client, 'open');
    return client;
  };
  [socket, second] = await Promise.all([connect(), connect()]);
});
after(async () => {
  for (const client of [socket, second]) client.terminate();
  await other.close();
});

/** What the gateway answers next. */
async function send(event: string, client = socket): Promise<unknown> {
  const answered = once(client, 'message') as Promise<[Buffer]>;
  client.send(JSON.stringify({ event, data: 7 }));
  const [message] = await answered;
  return JSON.parse(message.toString()) as unknown;
}

test('a message handler runs under its lock', async () => {
  assert.deepEqual(await send('skip'), { event: 'done', data: 'ran skip 7' });
});

test('with overlap throw, a held lock is the error that Nest makes of any unknown one', async () => {
  assert.deepEqual(await other.whileHeld('throw', () => send('throw')), {
    event: 'exception',
    data: { status: 'error', message: 'Internal server error', cause: { pattern: 'throw', data: 7 } },
  });
});

test('a skipped message has no answer', async () => {
  const answers: string[] = [];
  const listen = (message: Buffer) => void answers.push(message.toString());
  socket.on('message', listen);
  await other.whileHeld('skip', async () => {
    socket.send(JSON.stringify({ event: 'skip', data: 7 }));
    await send('echo');
    await send('throw');
  });
  await send('skip');
  socket.off('message', listen);
  assert.deepEqual(
    answers.map((answer) => JSON.parse(answer) as unknown),
    [{ event: 'echo', data: 7 }, 'ran throw', { event: 'done', data: 'ran skip 7' }],
  );
});

test('a request-scoped gateway has an object for each client', async () => {
  const answers: unknown[] = [];
  for (const client of [socket, second, socket]) answers.push(await send('scoped', client));
  assert.deepEqual(
    answers,
    [1, 1, 2].map((nth) => ({ event: 'scoped', data: `ran scoped, own client, message ${nth}` })),
  );
});

test('a shutdown waits for the run', async () => {
  const answer = await closeDuringRun(application, other, 'skip', () => send('skip'));
  assert.deepEqual(answer, { value: { event: 'done', data: 'ran skip 7' } });
});
