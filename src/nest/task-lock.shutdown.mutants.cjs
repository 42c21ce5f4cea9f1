// Each entry breaks task-lock.shutdown.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the end of the application': [
    {
      find: 'await locks.stop(shutdownTimeout);',
      replace: '',
      suites: ['postgres/shutdown.spec'],
      scenario: 'awaits what runs, and releases its lock before the data source is closed',
    },
    {
      find: 'if (running.length > 0) this',
      replace: 'this',
      suites: ['shutdown-log.spec'],
      scenario: 'says nothing where nothing runs',
    },
    {
      find: "timeout > 0 ? `waits up to ${formatDuration(timeout)} for` : 'aborts'",
      replace: '`waits up to ${formatDuration(timeout)} for`',
      suites: ['shutdown-log.spec'],
      scenario: 'says that it aborts them where it does not wait',
    },
  ],
  'events end after the last run': [
    {
      find: '    events.end();',
      replace: '',
      suites: ['wiring/events.spec'],
      scenario: 'is complete when the application has shut down, after its last run',
    },
    {
      find: 'poller.end();',
      replace: 'poller.end();\n    events.end();',
      suites: ['wiring/events.spec'],
      scenario: 'is complete when the application has shut down, after its last run',
    },
  ],
  'leaders hand over': [
    {
      find: 'void leaders.stop();',
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'hands over at once, and does not wait for a run that goes on',
    },
  ],
};
