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
  'a pause keeps its tasks from running': [
    {
      find: "this.leftBehind.lookAfter(claim, claim.lease);\n        return { status: 'skipped', reason: 'paused' };",
      replace: "return { status: 'skipped', reason: 'paused' };",
      suites: ['task-locks-paused.spec'],
      scenario: 'leaves what a dead run left behind to be looked for again',
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
