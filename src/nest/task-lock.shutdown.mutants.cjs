// Each entry breaks task-lock.shutdown.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'the end of the application': [
    { find: 'await this.locks.stop(this.shutdownTimeout);', replace: '', suites: ['wiring/shutdown.spec'] },
  ],
};
