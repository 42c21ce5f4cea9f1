// Each entry breaks next-due.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-states.spec'];

module.exports = {
  'when a task is due': [
    { find: ' || definition.isDisabled', replace: '', suites },
    { find: ' || definition.schedule === undefined', replace: '', suites },
    {
      find: 'if (due === undefined || !definition || !pause) return due;',
      replace: 'return due;',
      suites,
    },
    { find: 'return end && due;', replace: 'return due;', suites },
    {
      find: 'const ranSince = lastRun && lastRun.startedAt.getTime() >= declared;',
      replace: 'const ranSince = lastRun;',
      suites,
    },
    {
      find: 'if (due === undefined || !paused) return due;',
      replace: 'return due;',
      suites,
      scenario: 'by the first tick after a pause',
    },
    {
      find: 'due = dueAfterPause(definition, paused.to, due, lastRun);',
      replace: 'return dueAfterPause(definition, paused.to, due, lastRun);',
      suites,
      scenario: 'not by a second tick that another pause covered',
    },
    {
      find: 'end.getTime() - (isOfTicks ? 1 : 0)',
      replace: 'end.getTime()',
      suites,
      scenario: 'and is due again after its pause',
    },
  ],
  'since when a task is late': [
    { find: 'if (!newest || newest.tick || ', replace: 'if (newest || ', suites },
    { find: ' || !definition?.isScheduled', replace: '', suites },
    { find: ' || definition.isKeyed', replace: '', suites },
    {
      find: 'if (!lastTick) return dueAfter(record, undefined);',
      replace: 'if (!lastTick) return nextDueOf(record);',
      suites,
    },
    { find: 'return wasBusy && due <=', replace: 'return false && due <=', suites },
    { find: 'if (due === undefined || due > busyUntil) return due;', replace: 'return due;', suites },
    {
      find: 'Math.max(now, taken?.lockedUntil?.getTime() ?? now)',
      replace: 'now',
      suites,
      scenario: 'is due after the lease of a lock that was taken away from its run',
    },
  ],
  'the newest run': [
    {
      find: 'const newest = newestRunOf(record);\n  const due',
      replace: 'const newest = record.lastRun;\n  const due',
      suites,
    },
    {
      find: "lock.outcome === 'returned' || ",
      replace: '',
      suites,
      scenario: 'is overdue where the row of the lock shows a claim that was returned',
    },
    {
      find: 'return { ...unendedRun(lock), tick: lock.lastTick };',
      replace: 'return lastRun;',
      suites,
      scenario: 'is not overdue where the row of the lock shows a later run that is not recorded',
    },
  ],
};
