// Each entry breaks open-telemetry.module.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'everything is counted once': [
    {
      find: 'if (hubs.has(events)) {',
      replace: 'if (!hubs) {',
      suites: ['wiring/opentelemetry.spec'],
      scenario: 'that is imported twice is an error, since all would be counted twice',
    },
  ],
};
