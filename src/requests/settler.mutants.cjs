// Each entry breaks settler.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: 'startedAt.getTime() - (this.clock.monotonic() - since)',
      replace: 'startedAt.getTime()',
      suites: ['wiring/requests.spec'],
    },
    { find: "wasAborted(run) ? 'aborted' : 'failed'", replace: "'failed'", suites: ['wiring/requests.spec'] },
    {
      find: 'lastAddedAt ? lastAddedAt.getTime() + 1 : -Infinity',
      replace: '-Infinity',
      suites: ['wiring/requests.spec'],
    },
    { find: '      run.assertHeld();\n', replace: '', suites: ['wiring/requests.spec'] },
    { find: 'if (count > 0) await giveBack();', replace: 'void count;', suites: ['wiring/requests.spec'] },
    {
      find: '      await giveBack();\n      throw error;',
      replace: '      throw error;',
      suites: ['wiring/requests.spec'],
    },
    { find: 'wanted.aborted = true;', replace: '', suites: ['wiring/requests.spec'] },
  ],
};
