// Each entry breaks start-up-checks.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'what a store can do is asked of the store itself': [
    { find: 'if (publisher.areSupported) {', replace: 'if (true) {', suites: ['wiring/requests.spec'] },
  ],
};
