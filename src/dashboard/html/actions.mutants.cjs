// Each entry breaks actions.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'only what the user may do is offered': [
    {
      find: '.filter(({ action }) => frame.allowed.includes(action))',
      replace: '',
      suites: ['dashboard-pages.spec'],
      scenario: 'offers only what the user may do',
    },
  ],
  'the run whose lock is held no more': [
    {
      find: '&& newestFirst.find(({ key }) => key === run.key) === run',
      replace: '',
      suites: ['dashboard-pages.spec'],
      scenario: 'offers to release the lock of the key',
    },
  ],
};
