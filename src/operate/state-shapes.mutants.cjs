// Each entry breaks state-shapes.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a run that died': [{ find: ' && !lock.isTakenAway', replace: '', suites: ['unit/task-states.spec'] }],
  'a run that has ended without a record': [
    {
      find: 'lastRun?.name === name',
      replace: 'lastRun?.name !== undefined',
      suites: ['unit/old-replicas.spec'],
      scenario: 'had keys',
    },
    {
      find: "outcome !== 'returned'",
      replace: 'true',
      suites: ['unit/explanation.spec'],
      scenario: 'is none where a claim was returned',
    },
  ],
};
