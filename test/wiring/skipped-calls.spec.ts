import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  HttpStatus,
  Injectable,
  Param,
  ParseIntPipe,
  UseFilters,
} from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter, INestApplication } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { TaskLock, TaskLockHeldError } from '../../src/index.js';
import { buildApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';

interface Reply {
  status(code: number): { json(body: unknown): void };
}

@Catch(TaskLockHeldError)
class Conflict implements ExceptionFilter<TaskLockHeldError> {
  catch({ heldBy }: TaskLockHeldError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Reply>().status(HttpStatus.CONFLICT).json({ heldBy });
  }
}

const runs: { gate?: Gate; started: number; onStart?: () => void } = { started: 0 };

async function work(id: number): Promise<string> {
  runs.started++;
  runs.onStart?.();
  await runs.gate?.opened;
  return `exported ${id}`;
}

@Controller()
class ExportsController {
  @Get('skip/:id')
  @TaskLock('skip', undefined, { key: (id: number) => id })
  async skip(@Param('id', ParseIntPipe) id: number): Promise<string> {
    return work(id);
  }

  @Get('throw/:id')
  @UseFilters(Conflict)
  @TaskLock('throw', undefined, { key: (id: number) => id, overlap: 'throw' })
  async throw(@Param('id', ParseIntPipe) id: number): Promise<string> {
    return work(id);
  }

  @Get('wait/:id')
  @TaskLock('wait', undefined, { key: (id: number) => id, overlap: 'wait', waitTimeout: '20s' })
  async wait(@Param('id', ParseIntPipe) id: number): Promise<string> {
    return work(id);
  }
}

@Injectable()
class Listener {
  @OnEvent('saved', { suppressErrors: false })
  @TaskLock('saved', undefined, { key: (id: number) => id, overlap: 'throw' })
  async saved(id: number): Promise<string> {
    return work(id);
  }
}

let application: INestApplication;
let url: string;

beforeAll(async () => {
  const metadata = {
    imports: [EventEmitterModule.forRoot()],
    controllers: [ExportsController],
    providers: [Listener],
    options: { replicaId: 'replica-a' },
    logger: new CapturedLog(),
  };
  const module = await buildApplication(metadata).compile();
  application = module.createNestApplication();
  await application.listen(0, '127.0.0.1');
  url = await application.getUrl();
});
afterAll(() => application.close());
beforeEach(() => {
  Object.assign(runs, { gate: undefined, started: 0, onStart: undefined });
});

/** A request whose run goes on until the answer is called. */
async function during(path: string): Promise<() => Promise<string>> {
  const gate = (runs.gate = new Gate());
  const started = new Promise<void>((resolve) => (runs.onStart = resolve));
  const running = fetch(`${url}/${path}`);
  await started;
  return async () => {
    gate.open();
    return (await running).text();
  };
}

describe('a request to a method whose lock is held', () => {
  test('is an empty answer where calls are skipped', async () => {
    const end = await during('skip/5');
    const skipped = await fetch(`${url}/skip/5`);
    expect([skipped.status, await skipped.text()]).toEqual([200, '']);
    expect(await end()).toBe('exported 5');
    expect(runs.started).toBe(1);
  });

  test('is what a filter makes of the error where calls throw', async () => {
    const end = await during('throw/5');
    const refused = await fetch(`${url}/throw/5`);
    expect([refused.status, await refused.json()]).toEqual([409, { heldBy: 'replica-a' }]);
    expect(await end()).toBe('exported 5');
  });

  test('is answered after the run where calls wait', async () => {
    const end = await during('wait/5');
    const waiting = fetch(`${url}/wait/5`);
    expect(await end()).toBe('exported 5');
    expect(await (await waiting).text()).toBe('exported 5');
    expect(runs.started).toBe(2);
  });

  test('is not stopped by the run of another key', async () => {
    const end = await during('throw/5');
    const other = fetch(`${url}/throw/6`);
    expect(await end()).toBe('exported 5');
    expect(await (await other).text()).toBe('exported 6');
  });
});

test('an event whose listener is held throws where the emitter lets it', async () => {
  const events = application.get(EventEmitter2);
  runs.gate = new Gate();
  const first = events.emitAsync('saved', 5);
  await expect(events.emitAsync('saved', 5)).rejects.toBeInstanceOf(TaskLockHeldError);
  runs.gate.open();
  expect(await first).toEqual(['exported 5']);
});
