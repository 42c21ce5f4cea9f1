// Each entry breaks lock-releaser.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what may have been won goes back': [
    {
      find: 'await within(this.clock, Math.min(timeout, left()), released)',
      replace: 'await released',
      suites: ['task-locks-release.spec'],
      scenario: 'is sent again on another one, with twice the patience each time',
    },
  ],
  'how a run ended': [
    {
      find: "status === 'gone' && mayHaveEnded ? undefined : status",
      replace: 'status',
      suites: ['task-locks-release.spec'],
      scenario: 'is unknown, where an attempt before may have ended it',
    },
    {
      find: 'worthRepeating && error.sent;',
      replace: 'worthRepeating;',
      suites: ['task-locks-release.spec'],
      scenario: 'is lost, where only attempts were before that never reached the store',
    },
  ],
  'operating never costs a lock': [
    {
      find: ' && !request.run) return undefined;',
      replace: ') return undefined;',
      suites: ['run-history.spec'],
      scenario: 'goes again without the history where the store refuses it',
    },
    {
      find: 'error: undefined, run: undefined }',
      replace: 'error: undefined }',
      suites: ['run-history.spec'],
      scenario: 'goes again without the history where the store refuses it',
    },
  ],
  'a release that is repeated': [
    {
      find: 'left()), false);',
      replace: 'left()));',
      suites: ['task-locks-release.spec'],
      scenario: 'keeps the process alive for the claim timeout, and not until the lease ends',
    },
    {
      find: 'for (const repeat of ofName) repeat.hurry();',
      replace: '',
      suites: ['task-locks-release.spec'],
      scenario: 'hurries it and asks again: the first tick after an outage runs',
    },
  ],
};
