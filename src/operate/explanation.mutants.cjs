// Each entry breaks explanation.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/explanation.spec'];

module.exports = {
  'why a task runs or does not': [
    {
      find: "lock.isTakenAway ? 'and is renewed no more' : 'which it renews'",
      replace: "'which it renews'",
      suites,
    },
    {
      find: '    ...failing(explained, subject),\n    ...held(explained),',
      replace: '    ...held(explained),\n    ...failing(explained, subject),',
      suites,
    },
    { find: 'lastDeclared.getTime() + LAPSED_BY >= now.getTime()', replace: 'false', suites },
    { find: 'lastDeclared.getTime() + LAPSED_BY >= now.getTime()', replace: 'true', suites },
    { find: 'if (failuresInARow < 2) return [];', replace: '', suites },
    { find: 'run.error.split(/[\\r\\n]/, 1)[0]', replace: 'run.error', suites },
    { find: ' || isPastDue || isDisabled', replace: ' || isPastDue', suites },
    { find: "task.state === 'overdue' || isPastDue", replace: 'isPastDue', suites },
    { find: "task.state === 'overdue' || isPastDue", replace: "task.state === 'overdue'", suites },
    { find: 'if (count === MOST_MISSED) return', replace: 'if (count > 1_000) return', suites },
    { find: 'record.lastRun && runState(record.lastRun)', replace: 'task.lastRun', suites },
  ],
};
