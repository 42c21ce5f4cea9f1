// Each entry breaks operator.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the operator of an application': [
    {
      find: 'overdueAfter: settings.overdueAfter,',
      replace: '',
      suites: ['wiring/operator.spec'],
      scenario: 'takes overdueAfter from the options of the module',
    },
    {
      find: 'resumed: () => poller.resumed(),',
      replace: '',
      suites: ['wiring/operator.spec'],
      scenario: 'lets requests that waited for a pause run at once after a resume',
    },
    {
      find: 'runHere: (trigger, wait) => operating?.triggers.runHere(trigger, wait),',
      replace: '',
      suites: ['wiring/operator.spec'],
      scenario: 'works in the testing module',
    },
  ],
};
