// Each entry breaks task-states.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-states.spec'];

module.exports = {
  'the first state that fits': [
    { find: "if (running) return 'running';", replace: '', suites },
    { find: "if (definition && !definition.isDeclared) return 'undeclared';", replace: '', suites },
    { find: "if (pause) return 'paused';", replace: '', suites },
    { find: "if (isLate) return 'overdue';", replace: '', suites },
    { find: "if (locks.some((lock) => isDead(lock, now))) return 'died';", replace: '', suites },
  ],
  'a run that died': [{ find: 'const ended = died ?? lastRun;', replace: 'const ended = lastRun;', suites }],
  overdue: [
    { find: ' || definition?.isConditional', replace: '', suites },
    { find: 'Math.max(definition?.interval ?? 0, overdueAfter)', replace: 'overdueAfter', suites },
    {
      find: 'Math.max(definition?.interval ?? 0, overdueAfter)',
      replace: '(definition?.interval ?? 0)',
      suites,
    },
  ],
};
