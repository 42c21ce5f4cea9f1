import { DBOS } from '@dbos-inc/dbos-sdk';
import type { OpenLock } from '../support/tick-protocol.js';

/**
 * DBOS as its page on scheduled workflows shows it; version 5 has `DBOS.applySchedules` where versions before it had
 * `@DBOS.scheduled`. At a tick each replica queues a workflow whose id is made of the schedule and the tick, and what
 * polls the queue, each second, runs it. The schedule is paused and its ticks are queued by `backfillSchedule`, which
 * makes the same id: its own loop adds up to 10 s so that replicas do not come at once, and asks for the id before.
 */
export const dbosPeer: OpenLock = async ({ postgres, task }, runTask) => {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: postgres,
    executorID: String(process.pid),
    applicationVersion: 'bench',
    logLevel: 'error',
  });
  const workflowFn = DBOS.registerWorkflow((tick: Date) => runTask(tick), { name: task });
  await DBOS.launch();
  await DBOS.applySchedules([{ scheduleName: task, workflowFn, schedule: '* * * * *' }]);
  await DBOS.pauseSchedule(task);
  return {
    fire: (tick) => DBOS.backfillSchedule(task, new Date(tick.getTime() - 1), new Date(tick.getTime() + 1)),
    close: () => DBOS.shutdown(),
  };
};
