// Each entry breaks task-lock.shutdown.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the end of the application': [
    {
      find: 'await this.locks.stop(this.shutdownTimeout);',
      replace: '',
      suites: ['postgres/shutdown.spec'],
      scenario: 'awaits what runs, and releases its lock before the data source is closed',
    },
  ],
};
