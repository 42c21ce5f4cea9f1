// Each entry breaks known-task.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-lock-operator.spec'];

module.exports = {
  'a task that was forgotten': [
    { find: ' && !(await isForgotten(store, record))', replace: '', suites },
    { find: ' && locks.every(({ startedAt }) => startedAt < forgotten.at)', replace: '', suites },
    { find: 'return forgotten !== undefined && ', replace: 'return forgotten === undefined || ', suites },
  ],
};
