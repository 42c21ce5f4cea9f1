// Each entry breaks next-due.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-states.spec'];

module.exports = {
  'when a task is due': [
    { find: ' || definition.isDisabled', replace: '', suites },
    { find: ' || definition.schedule === undefined', replace: '', suites },
    { find: 'if (pause && !pause.until) return undefined;', replace: '', suites },
    {
      find: 'const ranSince = lastRun && lastRun.startedAt.getTime() >= declared;',
      replace: 'const ranSince = lastRun;',
      suites,
    },
    { find: '(pause?.until ?? resumedAt)?.getTime()', replace: 'pause?.until?.getTime()', suites },
  ],
};
