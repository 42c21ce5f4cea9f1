// Each entry breaks actions.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'actions are listed from the newest on': [
    {
      find: 'ORDER BY action_row.id DESC',
      replace: 'ORDER BY id DESC',
      suites: ['operators-at-once.spec'],
      scenario: 'actions are listed from the newest on',
    },
  ],
  'what was done to all tasks was done to each': [
    {
      find: "name IN ($1, '${ALL_TASKS}')",
      replace: 'name = $1',
      suites: ['postgres-conformance.spec'],
      scenario: 'who paused and resumed what is kept, the newest first',
    },
  ],
};
