// Each entry breaks clock-check.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a clock that differs is told': [
    {
      find: 'if (now < this.quietUntil) return;',
      replace: '',
      suites: ['clock-check.spec'],
      scenario: 'whoever wants to know is told by how much the clock differs, once a minute at most',
    },
    {
      find: "this.tell(direction === 'behind' ? -by : by);",
      replace: 'this.tell(by);',
      suites: ['clock-check.spec'],
      scenario: 'whoever wants to know is told by how much the clock differs, once a minute at most',
    },
  ],
};
