// Each entry breaks clock-check.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the offset is what an answer proves': [
    {
      find: 'Math.max(sentAt - now, 0) - Math.max(now - receivedAt, 0)',
      replace: 'sentAt - now',
      suites: ['unit/clock-check.spec'],
      scenario: 'the offset is what the last answer shows, and nothing before the first',
    },
  ],
};
