// Each entry breaks state-shapes.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a run that died': [{ find: ' && !lock.isTakenAway', replace: '', suites: ['unit/task-states.spec'] }],
};
