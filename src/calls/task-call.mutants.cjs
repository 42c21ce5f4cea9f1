// Each entry breaks task-call.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a condition is asked on the instance': [
    {
      find: 'Reflect.apply(when, instance, [])',
      replace: 'Reflect.apply(when, undefined, [])',
      suites: ['wiring/conditions.spec'],
      scenario: 'is asked of an instance that a test has made',
    },
  ],
  'a lock for each key': [
    {
      find: 'return key === undefined ? task.name : keyedName(task.name, key);',
      replace: 'return task.name;',
      suites: ['keys.spec'],
      scenario: 'runs different keys side by side, and one key once at a time',
    },
  ],
  'what nothing may fire': [
    {
      find: ' || (task.schedule !== undefined && !direct)',
      replace: '',
      suites: ['overlap.spec'],
      scenario: 'the tick of a @Timeout',
    },
  ],
  requests: [
    {
      find: 'Math.max(ownHold, call.served?.spacing ?? 0)',
      replace: 'ownHold',
      suites: ['wiring/requests.spec'],
      scenario: 'with leading run the first at once, and the last when the window is over',
    },
  ],
  'direct calls and ticks': [
    {
      find: 'direct ? 0 : ',
      replace: '',
      suites: ['direct-calls.spec'],
      scenario: 'while it is idle runs, with its arguments, and returns its value',
    },
  ],
};
