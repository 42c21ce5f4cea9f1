// Each entry breaks core.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'what a store can do is asked of the store itself': [
    { find: 'store.batches ?', replace: 'true ?', suites: ['store-capabilities.spec'] },
    { find: 'store.batches ?', replace: 'false ?', suites: ['store-capabilities.spec'] },
    {
      find: 'new FencedTransactions(dataSource, store)',
      replace: 'new FencedTransactions(dataSource, remote)',
      suites: ['callers-transaction.spec'],
    },
  ],
};
