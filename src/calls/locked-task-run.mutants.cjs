// Each entry breaks locked-task-run.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'a transaction of a run commits under its lock or not at all': [
    { find: 'if (outer) return work(outer);', replace: '', suites: ['fenced-transactions.spec'] },
  ],
};
