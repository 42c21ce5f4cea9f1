// Each entry breaks clocked-schedule.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['wiring/manual-clock.spec'];

module.exports = {
  'ticks by a clock that a test moves': [
    {
      find: '    clockJob(clock, job);\n  };',
      replace: '  };',
      suites,
      scenario: 'fires each schedule at its instants',
    },
    { find: 'clearInterval(ref);', replace: '', suites, scenario: 'fires nothing by real time' },
    { find: 'clearTimeout(ref);', replace: '', suites, scenario: 'fires nothing by real time' },
    {
      find: 'if (!job || options.disabled) continue;',
      replace: 'if (!job) continue;',
      suites,
      scenario: 'fires each schedule at its instants',
    },
    {
      find: 'if (!options.initialDelay) job.start();',
      replace: 'if (options) job.start();',
      suites,
      scenario: 'fires each schedule at its instants',
    },
    {
      find: 'if (registry.getCronJobs().get(name) === job) job.start();',
      replace: 'job.start();',
      suites,
      scenario: 'stops, starts, reschedules and adds timers',
    },
    {
      find: 'if (!registry.getIntervals().includes(name)) return;',
      replace: '',
      suites,
      scenario: 'stops, starts, reschedules and adds timers',
    },
    {
      find: 'if (registry.getTimeouts().includes(name)) target();',
      replace: 'target();',
      suites,
      scenario: 'deletes a timeout before it fires',
    },
    {
      find: '    cancel();\n    return stop();',
      replace: '    return stop();',
      suites,
      scenario: 'stops, starts, reschedules and adds timers',
    },
    {
      find: 'if (isActive(job)) return;',
      replace: '',
      suites,
      scenario: 'stops, starts, reschedules and adds timers',
    },
    {
      find: 'job.options = declared[index]!',
      replace: 'job.options = { ...declared[index]! }',
      suites,
      scenario: 'a tick that no replica was there for is caught up on',
    },
    {
      find: 'job.options = { ...job.options, disabled: true };',
      replace: 'job.options = { ...job.options };',
      suites,
      scenario: 'fires each schedule at its instants',
    },
    {
      find: "clearTimeout(Reflect.get(job, '_timeout') as NodeJS.Timeout | undefined);",
      replace: '',
      suites,
      scenario: 'fires nothing by real time',
    },
    {
      find: 'date > now ? date : Infinity',
      replace: 'date',
      suites,
      scenario: 'fires each schedule at its instants',
    },
  ],
};
