// Each entry breaks fenced-transactions.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'a transaction of a run commits under its lock or not at all': [
    {
      find: "isolationLevel = 'READ COMMITTED'",
      replace: "isolationLevel = 'SERIALIZABLE'",
      suites: ['fenced-transactions.spec'],
    },
    { find: '      assertOwnRepositories(manager);\n', replace: '', suites: ['callers-transaction.spec'] },
    {
      find: 'if (!store.holdThroughCommit) throw cannotFence(store);',
      replace: '',
      suites: ['fenced-transactions.spec'],
    },
    {
      find: "if (!(await store.holdThroughCommit?.(manager, lock.state, timeout))) lock.lose('taken');",
      replace: 'void timeout;',
      suites: ['fenced-transactions.spec'],
    },
  ],
};
