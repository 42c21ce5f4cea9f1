// Each entry breaks trigger-states.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['wiring/triggers.spec'];
const inItsLock = 'that has begun, and whose replica cannot say so';
const inTheHistory = 'of which nothing could be written, is told by the history';

module.exports = {
  'a trigger that was taken and never began': [
    {
      find: 'return isExpired ? unwrittenRun(store, action, replica) : undefined;',
      replace: 'return undefined;',
      suites,
      scenario: inItsLock,
    },
    { find: ' && lock.heldBy === replica', replace: '', suites, scenario: inItsLock },
    { find: 'startedAt >= at && ', replace: '', suites, scenario: inItsLock },
    {
      find: '!others.some((other) => other.fence === fence)',
      replace: 'others.length > 0 && fence > 0n',
      suites,
      scenario: 'that never began is not told by the run of another one',
    },
    {
      find: "isExpired\n      ? { status: 'expired', id, replica: takenBy }\n      : ",
      replace: '',
      suites,
      scenario: 'whose replica never hears that it has it expires',
    },
  ],
  'a trigger of which nothing could be written': [
    { find: '[...inRows, ...recorded]', replace: '[...inRows]', suites, scenario: inTheHistory },
    { find: '.filter((run) => run.replica === replica)', replace: '', suites, scenario: inTheHistory },
    { find: " trigger: 'operator',", replace: '', suites, scenario: inTheHistory },
    { find: ', before: expiresAt }', replace: ' }', suites, scenario: inTheHistory },
    {
      find: 'name === lockOf(task, key)',
      replace: 'name !== task',
      suites,
      scenario: 'of a key that only its arguments tell',
    },
    {
      find: '(key === undefined || ',
      replace: '(',
      suites,
      scenario: 'of a key that only its arguments tell',
    },
  ],
  'a trigger whose answer was lost': [
    {
      find: 'fences: [fence], ',
      replace: '',
      suites,
      scenario: 'whose answer was lost is told by the history',
    },
  ],
};
