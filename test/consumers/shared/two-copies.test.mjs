// Two copies of the package in one process are one lock: both builds of one installation, and two installations.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import * as index from 'nestjs-task-lock';
import * as migrations from 'nestjs-task-lock/migrations';
import * as testing from 'nestjs-task-lock/testing';
import * as secondIndex from 'second-task-lock';
import * as secondMigrations from 'second-task-lock/migrations';
import * as secondTesting from 'second-task-lock/testing';
import { decorateMethod, gate, startApplication, until } from './application.mjs';

const require = createRequire(import.meta.url);

const esm = { name: 'the ES modules', index, migrations, testing };
const commonjs = {
  name: 'the CommonJS build',
  index: require('nestjs-task-lock'),
  migrations: require('nestjs-task-lock/migrations'),
  testing: require('nestjs-task-lock/testing'),
};
const second = {
  name: 'a second installation',
  index: secondIndex,
  migrations: secondMigrations,
  testing: secondTesting,
};

test('the copies are really different ones', () => {
  assert.equal(new Set([esm, commonjs, second].map((copy) => copy.index.TaskLockModule)).size, 3);
});

for (const [ofTheClass, ofTheModule] of [
  [esm, commonjs],
  [commonjs, esm],
  [second, esm],
  [esm, second],
]) {
  const pair = `@TaskLock of ${ofTheClass.name}, module of ${ofTheModule.name}`;
  const { currentTaskRun, TaskLock, TaskLockHeldError, TaskLockService } = ofTheClass.index;
  /** @type {{ own: unknown, other: unknown }[]} */
  const runs = [];

  class Jobs {
    /** @param {InstanceType<typeof TaskLockService>} service */
    constructor(service) {
      this.service = service;
    }

    async tick() {
      runs.push({ own: currentTaskRun(), other: ofTheModule.index.currentTaskRun() });
    }

    async slow(pass = async () => {}) {
      await pass();
      return currentTaskRun()?.name;
    }

    async exclusive(pass = async () => {}) {
      await pass();
    }
  }
  // As TypeScript compiles `@Injectable() class Jobs { constructor(service: TaskLockService) {} }`.
  Reflect.decorate([Injectable(), Reflect.metadata('design:paramtypes', [TaskLockService])], Jobs);
  decorateMethod(Jobs, 'tick', Interval(300), TaskLock(`tick: ${pair}`));
  decorateMethod(Jobs, 'slow', TaskLock(`slow: ${pair}`));
  decorateMethod(Jobs, 'exclusive', TaskLock({ name: `exclusive: ${pair}`, overlap: 'throw' }));

  /** @param {import('node:test').TestContext} t */
  async function start(t) {
    const application = await startApplication(ofTheModule.index, ofTheModule.migrations, Jobs);
    t.after(() => application.close());
    return application;
  }

  test(`${pair}: ticks run, and currentTaskRun() of both sees the run`, async (t) => {
    await start(t);
    await until(() => runs.length >= 2, 'two ticks');
    for (const { own, other } of runs) {
      assert.equal(own?.name, `tick: ${pair}`);
      assert.equal(own, other);
    }
  });

  test(`${pair}: a call during a run is skipped`, async (t) => {
    const jobs = (await start(t)).get(Jobs);
    const { reached, open, pass } = gate();
    const run = jobs.slow(pass);
    await reached;
    assert.equal(await jobs.slow(), undefined);
    open();
    assert.equal(await run, `slow: ${pair}`);
  });

  test(`${pair}: the class injects TaskLockService, which knows the task, and its run is seen by both`, async (t) => {
    const application = await start(t);
    const { service } = application.get(Jobs);
    assert.ok(service instanceof TaskLockService);
    assert.equal(service, application.get(ofTheModule.index.TaskLockService));
    const seen = await service.run(`slow: ${pair}`, () => currentTaskRun()?.name);
    assert.deepEqual(seen, { status: 'executed', value: `slow: ${pair}` });
  });

  test(`${pair}: an error of one is caught as an error of the other`, async (t) => {
    const jobs = (await start(t)).get(Jobs);
    const { reached, open, pass } = gate();
    const run = jobs.exclusive(pass);
    await reached;
    await assert.rejects(jobs.exclusive(), TaskLockHeldError);
    await assert.rejects(
      jobs.exclusive(),
      (error) => !(error instanceof ofTheClass.index.TaskLockTimeoutError),
    );
    open();
    await run;
  });

  test(`${pair}: attachTaskLock of the other copy attaches`, async () => {
    assert.equal(await ofTheModule.testing.attachTaskLock(new Jobs()).slow(), `slow: ${pair}`);
  });
}
