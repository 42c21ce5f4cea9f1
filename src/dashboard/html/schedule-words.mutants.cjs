// Each entry breaks schedule-words.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'words say what the expression means, or nothing does': [
    {
      find: 'step < size && size % step === 0',
      replace: 'step < size',
      suites: ['dashboard-schedule-words.spec'],
      scenario: 'stays as it is',
    },
    {
      find: `if (weekday !== '*') return undefined;`,
      replace: '',
      suites: ['dashboard-schedule-words.spec'],
      scenario: 'stays as it is',
    },
    {
      find: ' || days[0]! > 28',
      replace: '',
      suites: ['dashboard-schedule-words.spec'],
      scenario: 'stays as it is',
    },
  ],
};
