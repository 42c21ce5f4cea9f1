// Each entry breaks fenced-transactions.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a transaction of a run commits under its lock or not at all': [
    {
      find: "isolationLevel = 'READ COMMITTED'",
      replace: "isolationLevel = 'SERIALIZABLE'",
      suites: ['fenced-transactions.spec'],
      scenario: 'is rolled back where another replica has taken the lock, and the run is told',
    },
    {
      find: '      assertOwnRepositories(manager);\n',
      replace: '',
      suites: ['callers-transaction.spec'],
      scenario: 'a transaction of the run is refused: the work of repositories would not be fenced',
    },
    {
      find: 'if (!store.holdThroughCommit) throw cannotFence(store);',
      replace: '',
      suites: ['fenced-transactions.spec'],
      scenario: 'that cannot fence, the call is refused before any work: it would run unfenced in silence',
    },
    {
      find: "if (!(await store.holdThroughCommit?.(manager, lock.state, timeout))) lock.lose('taken');",
      replace: 'void timeout;',
      suites: ['fenced-transactions.spec'],
      scenario: 'is rolled back where another replica has taken the lock, and the run is told',
    },
  ],
};
