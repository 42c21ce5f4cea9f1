// Each entry breaks answer-judge.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  recovery: [
    {
      find: 'if (inProgress && heldUntil) this.leftBehind.lookAfter(claim, heldUntil.getTime() - now);',
      replace: '',
      suites: ['recovery.spec'],
      scenario: 'runs it on one that was up before, when the lease of the dead run is over',
    },
  ],
  'a release that is repeated': [
    {
      find: 'this.releaser.hurry(name)',
      replace: 'false',
      suites: ['task-locks-release.spec'],
      scenario: 'hurries it and asks again: the first tick after an outage runs',
    },
  ],
};
