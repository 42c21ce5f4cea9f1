// Each entry breaks task-call.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'a lock for each key': [
    {
      find: 'return key === undefined ? task.name : keyedName(task.name, key);',
      replace: 'return task.name;',
      suites: ['keys.spec'],
    },
  ],
  'what nothing may fire': [
    { find: ' || (task.schedule !== undefined && !direct)', replace: '', suites: ['overlap.spec'] },
  ],
  requests: [
    {
      find: 'Math.max(ownHold, call.served?.spacing ?? 0)',
      replace: 'ownHold',
      suites: ['wiring/requests.spec'],
    },
  ],
  'direct calls and ticks': [{ find: 'direct ? 0 : ', replace: '', suites: ['direct-calls.spec'] }],
};
