// Each entry breaks confirm-page.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'an action is for the run that the user saw': [
    {
      find: 'fence: isOfRun ? (fence ?? task?.running?.fence ?? task?.lastRun?.fence) : undefined',
      replace: 'fence: isOfRun ? task?.running?.fence : undefined',
      suites: ['dashboard-pages.spec'],
      scenario: 'carries the run that the user saw',
    },
  ],
  'a name keeps its line breaks': [
    {
      find: String.raw`/[\r\n]/.test(`,
      replace: '/never/.test(',
      suites: ['dashboard-pages.spec'],
      scenario: 'keeps the line breaks',
    },
  ],
};
