// Each entry breaks telemetry.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'telemetry without an SDK costs nothing': [
    {
      find: 'isCounted || isTraced()',
      replace: 'isCounted || isTraced() || true',
      suites: ['unit/telemetry.spec'],
      scenario: 'no event is made, and nothing stands around a method',
    },
    {
      find: 'isCounted || isTraced()',
      replace: 'isCounted && isTraced()',
      suites: ['unit/telemetry.spec'],
      scenario: 'one for metrics alone counts',
    },
    {
      find: '!!provider.getDelegateTracer(scope, version)',
      replace: 'false',
      suites: ['unit/telemetry.spec'],
      scenario: 'a run has no span, and those after it have one',
    },
  ],
};
