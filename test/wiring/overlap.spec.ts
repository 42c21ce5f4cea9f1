import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Timeout } from '@nestjs/schedule';
import {
  TaskLock,
  TaskLockHeldError,
  TaskLockService,
  TaskLockTimeoutError,
  TaskLockUnavailableError,
} from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import type { ClaimAnswer } from '../../src/store/lock-store.js';
import { Gate } from '../support/gate.js';
import { Later, notSent, ScriptedStore } from '../support/scripted-store.js';

closeApplicationsAfterEach();

@Injectable()
class Exports {
  readonly gate = new Gate();
  running = 0;
  most = 0;
  ran = 0;

  @TaskLock('waiting', undefined, { overlap: 'wait', waitTimeout: '20s' })
  async waiting(work: () => Promise<void>): Promise<string> {
    return this.do(work);
  }

  @TaskLock('impatient', undefined, { overlap: 'wait', waitTimeout: 80 })
  async impatient(): Promise<string> {
    return this.do(() => this.gate.opened);
  }

  @TaskLock('keyed', undefined, { overlap: 'wait', waitTimeout: '20s', key: (id: number) => id })
  async keyed(id: number, work: () => Promise<void>): Promise<string> {
    return `${await this.do(work)} ${id}`;
  }

  @TaskLock('throwing', undefined, { overlap: 'throw' })
  async throwing(): Promise<string> {
    return this.do(() => this.gate.opened);
  }

  @TaskLock('throwing for a key', undefined, { overlap: 'throw', key: (id: number) => id })
  async throwingForKey(id: number): Promise<string> {
    await this.do(() => this.gate.opened);
    return String(id);
  }

  @TaskLock('limited', '1h', { overlap: 'throw' })
  async limited(): Promise<string> {
    return this.do(async () => {});
  }

  @Cron(YEARLY, { name: 'scheduled', timeZone: 'UTC' })
  @TaskLock('scheduled', undefined, { overlap: 'throw' })
  async scheduled(): Promise<string> {
    return this.do(() => this.gate.opened);
  }

  @Cron(YEARLY, { name: 'scheduled, waiting', timeZone: 'UTC' })
  @TaskLock('scheduled, waiting', undefined, { overlap: 'wait', waitTimeout: '20s' })
  async scheduledWaiting(): Promise<string> {
    return this.do(() => this.gate.opened);
  }

  private async do(work: () => Promise<void>): Promise<string> {
    this.ran++;
    this.most = Math.max(this.most, ++this.running);
    try {
      await work();
      return 'done';
    } finally {
      this.running--;
    }
  }
}

async function start(options: TaskLockModuleOptions = {}, logger?: CapturedLog) {
  const application = await startApplication({ providers: [Exports], options, logger });
  return { application, exports: application.get(Exports), service: application.get(TaskLockService) };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("overlap: 'wait'", () => {
  test('runs calls one after another, also of several replicas', async () => {
    const store = new InMemoryLockStore();
    const replicas = [await start({ store }), await start({ store })];
    let running = 0;
    const alone = async (): Promise<void> => {
      expect(++running).toBe(1);
      await pause(5);
      running--;
    };
    const calls = Array.from({ length: 10 }, (_, index) => replicas[index % 2]!.exports.waiting(alone));
    expect(await Promise.all(calls)).toEqual(Array(10).fill('done'));
  });

  test('waits for a run of its own key only', async () => {
    const { exports } = await start();
    const gate = new Gate();
    const first = exports.keyed(5, () => gate.opened);
    const second = exports.keyed(5, async () => {});
    expect(await exports.keyed(3, async () => {})).toBe('done 3');
    expect(exports.ran).toBe(2);
    gate.open();
    expect(await Promise.all([first, second])).toEqual(['done 5', 'done 5']);
  });

  test('gives up after waitTimeout with an error that names task and holder', async () => {
    const { exports } = await start({ replicaId: 'replica-a' });
    const running = exports.impatient();
    const error: unknown = await exports.impatient().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TaskLockTimeoutError);
    expect(error).toBeInstanceOf(TaskLockHeldError);
    expect(error).toMatchObject({
      task: 'impatient',
      heldBy: 'replica-a',
      heldUntil: expect.any(Date),
      waitTimeout: 80,
      message: expect.stringMatching(
        /^The lock of the task "impatient" is held by replica-a, until .*: this call waited 80 ms for it\.$/,
      ),
    });
    expect(exports.ran).toBe(1);
    exports.gate.open();
    await running;
  });

  test('gives up soon after waitTimeout also where the database gives no answer', async () => {
    const { exports } = await start({
      store: new ScriptedStore({ claim: [new Later<ClaimAnswer>().promise] }),
      claimTimeout: '1h',
      shutdownTimeout: 50,
    });
    await expect(exports.impatient()).rejects.toBeInstanceOf(TaskLockUnavailableError);
    expect(exports.ran).toBe(0);
  });

  test('ends at a shutdown, before the run that it waits for', async () => {
    const { application, exports } = await start({ shutdownTimeout: '20s' });
    const gate = new Gate();
    const running = exports.waiting(() => gate.opened);
    const waiting = exports.waiting(async () => {}).catch((thrown: unknown) => thrown);
    await pause(30);
    const closed = application.close();
    expect(await waiting).toMatchObject({ name: 'TaskLockUnavailableError', reason: 'stopping' });
    gate.open();
    await Promise.all([running, closed]);
  });
});

describe("overlap: 'throw'", () => {
  test('throws an error with the holder and until when', async () => {
    const { exports } = await start({ replicaId: 'replica-a' });
    const running = exports.throwing();
    await expect(exports.throwing()).rejects.toMatchObject({
      name: 'TaskLockHeldError',
      task: 'throwing',
      key: undefined,
      heldBy: 'replica-a',
      heldUntil: expect.any(Date),
    });
    exports.gate.open();
    expect(await running).toBe('done');
    expect(await exports.throwing()).toBe('done');
  });

  test('names the key', async () => {
    const { exports } = await start();
    const running = exports.throwingForKey(5);
    await expect(exports.throwingForKey(5)).rejects.toThrow(
      /^The lock of the task "throwing for a key" for the key "5" is held by /,
    );
    exports.gate.open();
    await running;
  });

  test('throws within the minimum hold, too: the call does not run', async () => {
    const { exports } = await start();
    await exports.limited();
    await expect(exports.limited()).rejects.toBeInstanceOf(TaskLockHeldError);
  });

  test('throws where the database gives no answer: nobody takes that for a run', async () => {
    const { exports } = await start({
      store: new ScriptedStore({ claim: [notSent()] }),
      claimTimeout: 50,
    });
    await expect(exports.throwing()).rejects.toMatchObject({
      name: 'TaskLockUnavailableError',
      reason: 'unavailable',
      message:
        'The lock of the task "throwing" could not be claimed: the database gave no answer. The method did not run.',
    });
    await expect(exports.throwing()).rejects.toBeInstanceOf(TaskLockUnavailableError);
    expect(exports.ran).toBe(0);
  });
});

describe('the ticks of a task that waits or throws', () => {
  test.each(['scheduled', 'scheduled, waiting'])('are skipped as always: %s', async (name) => {
    const store = new InMemoryLockStore();
    const logger = new CapturedLog();
    const [one, other] = [await start({ store }), await start({ store }, logger)];
    const first = fireTick(one.application, name);
    await pause(5);
    await fireTick(other.application, name);
    expect([one.exports.ran, other.exports.ran]).toEqual([1, 0]);
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    one.exports.gate.open();
    await first;
  });

  test('are not its direct calls: those wait or throw', async () => {
    const { application, exports } = await start();
    const running = [fireTick(application, 'scheduled'), fireTick(application, 'scheduled, waiting')];
    await pause(5);
    await expect(exports.scheduled()).rejects.toBeInstanceOf(TaskLockHeldError);
    const waiting = exports.scheduledWaiting();
    exports.gate.open();
    expect(await waiting).toBe('done');
    await Promise.all(running);
  });
});

describe('the tick of a @Timeout', () => {
  test.each(['wait', 'throw'] as const)(
    'is skipped on the other replicas, whatever overlap says: %s',
    async (overlap) => {
      const ran: string[] = [];
      @Injectable()
      class Starters {
        @Timeout(1)
        @TaskLock('warm-up', '1h', { overlap, ...(overlap === 'wait' && { waitTimeout: '20s' }) })
        async warmUp(): Promise<void> {
          ran.push('ran');
        }
      }
      const store = new InMemoryLockStore();
      const logger = new CapturedLog();
      for (let replica = 0; replica < 3; replica++)
        await startApplication({ providers: [Starters], options: { store }, logger });
      await pause(50);
      expect(ran).toEqual(['ran']);
      expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );
});

describe('the service', () => {
  test('does not wait for a task that is declared to, where the call says so', async () => {
    const { exports, service } = await start();
    const gate = new Gate();
    const running = exports.waiting(() => gate.opened);
    const skipped = await service.run({ name: 'waiting', overlap: 'skip' }, () => {});
    expect(skipped).toMatchObject({ status: 'skipped', reason: 'held' });
    await expect(service.run({ name: 'waiting', overlap: 'throw' }, () => {})).rejects.toBeInstanceOf(
      TaskLockHeldError,
    );
    gate.open();
    await running;
  });

  test('waits or throws by the options of the call', async () => {
    const { service } = await start();
    const gate = new Gate();
    const running = service.run({ name: 'ad hoc' }, () => gate.opened);
    await expect(service.run({ name: 'ad hoc', overlap: 'throw' }, () => {})).rejects.toBeInstanceOf(
      TaskLockHeldError,
    );
    const waiting = service.run({ name: 'ad hoc', overlap: 'wait', waitTimeout: '20s' }, () => 'ran');
    gate.open();
    expect(await waiting).toEqual({ status: 'executed', value: 'ran' });
    await running;
  });

  test('refuses a wait without a bound', async () => {
    const { service } = await start();
    await expect(service.run({ name: 'ad hoc', overlap: 'wait' }, () => {})).rejects.toThrow(
      /TaskLockService\.run, option waitTimeout: is needed for overlap: 'wait'/,
    );
  });
});
