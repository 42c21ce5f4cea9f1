// Each entry breaks locked-task-run.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a transaction of a run commits under its lock or not at all': [
    {
      find: 'if (outer) return work(outer);',
      replace: '',
      suites: ['fenced-transactions.spec'],
      scenario: 'joins it: both are committed together',
    },
  ],
};
