// Each entry breaks scheduled-jobs.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'schedules that change while the application runs': [
    {
      find: 'this.fired.get(definition) || ',
      replace: '',
      suites: ['changed-schedules.spec'],
      scenario: 'a changed job is followed by its own task where two methods share a decorator',
    },
    {
      find: '(cronMetadata.name || this.fired.get(definition) || this.madeName(cronMetadata))',
      replace: 'cronMetadata.name',
      suites: ['changed-schedules.spec'],
      scenario: 'gives "unnamed" its ticks, and each runs once, with the holds of the new schedule',
    },
    {
      find: 'return job === undefined || !(isActive(job) || isDelayed(task, job));',
      replace: 'return job === undefined;',
      suites: ['scheduler-state.spec'],
      scenario: 'is said by the decorator before the timers are set',
    },
  ],
  'the scheduler is known by its shape': [
    {
      find: `members.every((member) => typeof Reflect.get(instance, member) === 'function')`,
      replace: `members.length > 0 && instance.constructor.name === 'SchedulerRegistry'`,
      suites: ['wiring/task-cron.spec'],
      scenario: 'fires with a scheduler of another copy of @nestjs/schedule, as in a bundle',
    },
  ],
};
