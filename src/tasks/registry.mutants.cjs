// Each entry breaks registry.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: 'declaredTaskOf(this.current(task), place, ',
      replace: 'declaredTaskOf(task, place, ',
      suites: ['declared-tasks.spec'],
      scenario: 'anew where a schedule was changed at run time',
    },
  ],
  'what nothing may fire': [
    {
      find: 'isMarkedWith(method, declaration) ? declaration.cron : undefined',
      replace: 'declaration.cron',
      suites: ['task-cron.spec'],
      scenario: 'is a method that overrides one with @TaskCron: it would run without a lock',
    },
  ],
  'options that are given at a call are read once': [
    {
      find: 'if (known && hasSameOptions(known.given, given) && known.current === this.currentOf(known.declared))',
      replace: 'if (known && given === undefined)',
      suites: ['unit/described-tasks.spec'],
      scenario: 'is read once, where the options are the same',
    },
    {
      find: 'hasSameOptions(known.given, given) && ',
      replace: '',
      suites: ['unit/described-tasks.spec'],
      scenario: 'is read anew where they are others',
    },
    {
      find: 'isWithin(one, other) && isWithin(other, one)',
      replace: 'isWithin(one, other)',
      suites: ['unit/described-tasks.spec'],
      scenario: 'is read anew where they are others',
    },
    {
      find: ' && known.current === this.currentOf(known.declared)',
      replace: '',
      suites: ['unit/described-tasks.spec'],
      scenario: 'has the holds of the schedule that its cron job has now',
    },
    {
      find: '    this.described.clear();\n  }',
      replace: '  }',
      suites: ['unit/described-tasks.spec'],
      scenario: 'has the options of the method that is declared later',
    },
    {
      find: 'if (this.described.size >= MOST_DESCRIBED) this.described.clear();',
      replace: 'void MOST_DESCRIBED;',
      suites: ['unit/described-tasks.spec'],
      scenario: 'is read anew once a thousand other names were given',
    },
    {
      find: 'if (!hasPlaceholder(given))',
      replace: '',
      suites: ['unit/described-tasks.spec'],
      scenario: 'follows the environment where an option has a placeholder',
    },
    {
      find: 'given: { ...given }',
      replace: 'given',
      suites: ['unit/described-tasks.spec'],
      scenario: 'is read anew where the object that was given has changed since',
    },
  ],
};
