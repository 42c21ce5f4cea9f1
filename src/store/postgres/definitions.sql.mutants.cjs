// Each entry breaks definitions.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: "AND (newer.application <> '' OR newer.names && standing.names)",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'two applications without a name are told apart by their tasks',
    },
    {
      find: 'newer.application = standing.application AND newer.first',
      replace: 'newer.first',
      suites: ['postgres-conformance.spec'],
      scenario: 'two applications know nothing of each other',
    },
    {
      find: '  WHERE in_use OR NOT EXISTS',
      replace: '  WHERE true OR NOT EXISTS',
      suites: ['postgres-conformance.spec'],
      scenario: 'old code that alone is left for two days is the current one again',
    },
    {
      find: 'AND other.in_use)',
      replace: 'AND true)',
      suites: ['postgres-conformance.spec'],
      scenario: 'an application that was stopped keeps its newest declaration',
    },
    {
      find: 'task.last_declared >= clock_timestamp() - ${IN_USE} DESC, task',
      replace: 'task',
      suites: ['postgres-conformance.spec'],
      scenario: 'old code that alone is left for two days is the current one again',
    },
  ],
};
