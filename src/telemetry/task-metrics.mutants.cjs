// Each entry breaks task-metrics.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'claims and runs are counted as they are': [
    {
      find: "if (event.reason === 'condition') return;",
      replace: '',
      suites: ['unit/telemetry.spec'],
      scenario: 'leaves out what a condition refuses: nothing was claimed',
    },
    {
      find: "if (outcome === 'returned') return;",
      replace: '',
      suites: ['unit/telemetry.spec'],
      scenario: 'whose claim was returned has no duration',
    },
    {
      find: 'Math.max(startedAt.getTime() - scheduledTime.getTime(), 0)',
      replace: 'startedAt.getTime() - scheduledTime.getTime()',
      suites: ['unit/telemetry.spec'],
      scenario: 'that was granted a little early is not late, and one without a tick is neither',
    },
  ],
};
