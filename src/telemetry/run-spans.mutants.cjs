// Each entry breaks run-spans.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a span is a root with a link to its caller': [
    {
      find: 'root: true, ',
      replace: '',
      suites: ['unit/telemetry.spec'],
      scenario: 'is a root, with a link to the caller',
    },
    {
      find: "return trigger === 'call' || caller.isRecording() ?",
      replace: 'return trigger ?',
      suites: ['unit/telemetry.spec'],
      scenario: 'of a tick has no link to an ended span, in whose context the timer was set',
    },
    {
      find: 'return await context.with(inside, work);',
      replace: 'return (void inside, await work());',
      suites: ['unit/telemetry.spec'],
      scenario: 'is the parent of what its method traces',
    },
  ],
  'a span says how its run ended': [
    {
      find: "if (!run || reason === 'shutdown') return;",
      replace: 'if (!run) return;',
      suites: ['unit/telemetry.spec'],
      scenario: 'that a shutdown aborted is aborted, and its lock is counted as lost',
    },
    {
      find: "if (outcome === 'succeeded' || outcome === 'cancelled' || outcome === 'returned') return;",
      replace: "if (outcome === 'succeeded' || outcome === 'returned') return;",
      suites: ['unit/telemetry.spec'],
      scenario: 'that was cancelled is no failure',
    },
    {
      find: "for (const run of left) close(run, { outcome: 'aborted' });",
      replace: 'void left;',
      suites: ['unit/telemetry.spec'],
      scenario: 'that the application did not wait for ends with it',
    },
  ],
};
