// Each entry breaks statement.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'prepared statements behind poolers': [
    { find: 'name: `${name}-${digest}`', replace: 'name', suites: ['statements.spec'] },
  ],
};
