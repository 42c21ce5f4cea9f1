// Each entry breaks task-lock-operator.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-lock-operator.spec'];

module.exports = {
  'a key of a task without keys': [
    {
      find: 'if (keyed !== undefined && record.definition?.isKeyed === false)',
      replace: 'if (false)',
      suites,
      scenario: 'of options says which',
    },
    {
      find: 'keyed !== undefined && record.definition?.isKeyed === false',
      replace: 'keyed !== undefined && !record.definition?.isKeyed',
      suites,
      scenario: 'is known by its lock, and is explained so',
    },
  ],
  'a task that a replica may run': [
    {
      find: "if (result.status === 'refused') throw input.refused(whyNotForgotten(record, result));",
      replace: "if (result.status === 'refused') return { removed: 0 };",
      suites,
    },
    { find: 'return definition?.isDeclared', replace: 'return definition', suites },
  ],
};
