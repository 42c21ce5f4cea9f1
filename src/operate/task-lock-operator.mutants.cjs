// Each entry breaks task-lock-operator.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-lock-operator.spec'];

module.exports = {
  'a task that a replica may run': [
    {
      find: "if (result.status === 'refused') throw input.refused(whyNotForgotten(record, result));",
      replace: "if (result.status === 'refused') return { removed: 0 };",
      suites,
    },
    { find: 'return definition?.isDeclared', replace: 'return definition', suites },
  ],
};
