// Each entry breaks lock-releaser.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'what may have been won goes back': [
    {
      find: 'await within(this.clock, Math.min(patienceOfTry, left()), released)',
      replace: 'await released',
      suites: ['task-locks-release.spec'],
    },
  ],
  'a release that is repeated': [
    {
      find: 'for (const repeat of ofName) repeat.hurry();',
      replace: '',
      suites: [
        'task-locks.spec',
        'claim-attempt.spec',
        'task-locks-release.spec',
        'task-locks-running.spec',
        'task-locks-stop.spec',
      ],
    },
  ],
};
