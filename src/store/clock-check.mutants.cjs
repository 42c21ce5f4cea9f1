// Each entry breaks clock-check.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the offset is what an answer proves': [
    {
      find: 'this.offset = offset;',
      replace: 'this.offset = sentAt - now;',
      suites: ['unit/clock-check.spec'],
      scenario: 'the offset is what the last answer shows, and nothing before the first',
    },
  ],
  'a clock that differs is told': [
    {
      find: 'if (now < this.quietUntil) return;',
      replace: '',
      suites: ['clock-check.spec'],
      scenario: 'whoever wants to know is told by how much the clock differs, once a minute at most',
    },
    {
      find: 'this.tell(offset);',
      replace: 'this.tell(Math.abs(offset));',
      suites: ['clock-check.spec'],
      scenario: 'whoever wants to know is told by how much the clock differs, once a minute at most',
    },
  ],
};
