// Each entry breaks replaced-pause.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/task-lock-operator.spec'];

module.exports = {
  'a pause says whose pause it took the place of': [
    {
      find: 'if (isSame) return [];',
      replace: 'void isSame;',
      suites,
      scenario: 'a pause says whose pause it takes the place of, and of the same one nothing',
    },
    {
      find: 'if (isSame) return [];',
      replace: 'void isSame;\n  if (replaced) return [];',
      suites,
      scenario: 'a pause says whose pause it takes the place of, and of the same one nothing',
    },
  ],
};
