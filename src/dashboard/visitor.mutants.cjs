// Each entry breaks visitor.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: visitors': [
    {
      find: "if (isUser(user) && (typeof canOperate === 'boolean' || isActions(canOperate)))",
      replace: "if (isUser(user) || (typeof canOperate === 'boolean' || isActions(canOperate)))",
      suites: ['unit/dashboard-rules.spec'],
      scenario: 'is nobody where it is',
    },
    {
      find: 'actions.every((each) => known.includes(each))',
      replace: 'true',
      suites: ['unit/dashboard-rules.spec'],
      scenario: 'is nobody where it is',
    },
  ],
};
