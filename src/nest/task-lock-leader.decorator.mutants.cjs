// Each entry breaks task-lock-leader.decorator.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'providers that lead': [
    {
      find: '    Inject(DISPATCHER_TOKEN)(prototype, DISPATCHER);\n',
      replace: '',
      suites: ['leader-providers.spec'],
      scenario: 'needs the module: nobody would ever be elected without it',
    },
  ],
};
