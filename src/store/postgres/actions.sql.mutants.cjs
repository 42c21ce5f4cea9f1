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
};
