// Each entry breaks task-gauges.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'gauges cost one read, and do not lie': [
    {
      find: 'for (const name of gone) result.observe(gauge, NaN, { [TASK_NAME]: name });',
      replace: 'void gone;',
      suites: ['unit/task-gauges.spec'],
      scenario: 'have no value while the database fails, and not the last one',
    },
    {
      find: 'if (isOld && !this.isReading)',
      replace: 'if (isOld)',
      suites: ['unit/task-gauges.spec'],
      scenario: 'keep an export waiting no longer than three seconds, and no second read begins meanwhile',
    },
    {
      find: 'now - this.last.at >= KEPT_FOR',
      replace: 'now - this.last.at >= 0 * KEPT_FOR',
      suites: ['unit/task-gauges.spec'],
      scenario: 'are read once in 15 seconds, however many exporters ask',
    },
    {
      find: "return member !== null && state !== 'undeclared';",
      replace: "return state !== 'undeclared' || member === null;",
      suites: ['unit/task-gauges.spec'],
      scenario: 'leave out names that no code declares',
    },
  ],
};
