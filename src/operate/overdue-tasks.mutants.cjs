// Each entry breaks overdue-tasks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const health = ['wiring/health.spec'];

module.exports = {
  'an unknown task is no task in time': [
    {
      find: 'await assertKnown(store, names ?? [], records, (name) => lockNameHere(name) !== undefined);',
      replace: '',
      suites: health,
      scenario: 'refuses an unknown task',
    },
    {
      find: 'names?.filter(isStorable)',
      replace: 'names',
      suites: ['postgres/health.spec'],
      scenario: 'a name that Postgres cannot store is unknown',
    },
  ],
  'a task of this application is known before it is written down': [
    {
      find: ' && !isDeclaredHere(name)',
      replace: '',
      suites: health,
      scenario: 'before they are written down',
    },
  ],
  'a name is that of the own task first': [
    {
      find: 'lockNameHere(name) ?? name',
      replace: 'name',
      suites: health,
      scenario: 'also where a row without an application has it',
    },
  ],
  'the latest stands first': [
    {
      find: 'other.overdueByMs - one.overdueByMs',
      replace: 'one.overdueByMs - other.overdueByMs',
      suites: health,
      scenario: 'the latest first',
    },
  ],
};
