// Each entry breaks module-settings.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'options of operating': [
    {
      find: "looks === false ? Infinity : duration('operatorPolling', looks)",
      replace: "duration('operatorPolling', Number(looks))",
      suites: ['module-settings.spec'],
      scenario: 'operatorPolling: false looks for no triggers',
    },
    {
      find: 'if (operatorPolling < SHORTEST_OPERATOR_POLLING)',
      replace: 'if (operatorPolling < 0 * SHORTEST_OPERATOR_POLLING)',
      suites: ['module-settings.spec'],
      scenario: 'operatorPolling: ',
    },
  ],
};
