// Each entry breaks task-scan.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what is probably not meant is said': [
    {
      find: 'if (isMonitored(Reflect.get(instance, key)))',
      replace: 'if (false)',
      suites: ['start-up-warnings.spec'],
      scenario: 'a monitor above @TaskLock reports check-ins of replicas that skip, which is said',
    },
    {
      find: 'cron && instances.length > 1',
      replace: 'false',
      suites: ['start-up-warnings.spec'],
      scenario: '@TaskCron on a class with two instances fires on the first only, which is said',
    },
  ],
};
