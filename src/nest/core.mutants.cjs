// Each entry breaks core.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what history: false leaves out': [
    {
      find: 'if (history) {',
      replace: 'if (history || claimTimeout) {',
      suites: ['declared-tasks.spec'],
      scenario: 'never with history: false',
    },
  ],
  'what a store can do is asked of the store itself': [
    {
      find: 'store.batches ?',
      replace: 'true ?',
      suites: ['store-capabilities.spec'],
      scenario: 'that does not say so is sent each claim by itself',
    },
    {
      find: 'store.batches ?',
      replace: 'false ?',
      suites: ['store-capabilities.spec'],
      scenario: 'that batches is sent the claims of one turn in one call',
    },
    {
      find: 'new FencedTransactions(dataSource, store)',
      replace: 'new FencedTransactions(dataSource, remote)',
      suites: ['callers-transaction.spec'],
      scenario: 'a transaction of the run is refused: the work of repositories would not be fenced',
    },
  ],
};
