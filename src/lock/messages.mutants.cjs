// Each entry breaks messages.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'missed ticks': [
    {
      find: "if (status === 'done' || !hasOlder) return undefined;",
      replace: 'return undefined;',
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
