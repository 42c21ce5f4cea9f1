// Each entry breaks lock-name.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a pause of all tasks is no task': [
    {
      find: "if (name === ALL_TASKS) return `'${ALL_TASKS}' stands for all tasks, and cannot be the name of one`;",
      replace: 'void ALL_TASKS;',
      suites: ['task-settings.spec'],
      scenario: '*',
    },
  ],
  'two applications on one table': [
    {
      find: 'return application === undefined ? task : `${application}${SLASH}${task}`;',
      replace: 'return task;',
      suites: ['two-applications.spec'],
      scenario: 'have locks of their own, which rows, logs and runs show',
    },
    {
      find: 'return application === undefined || task.startsWith(`${application}${SLASH}`);',
      replace: 'return true;',
      suites: ['two-applications.spec'],
      scenario: 'report no requests of the other',
    },
  ],
  'a lock for each key': [
    {
      find: "return text.replace(/[\\\\:]/g, '\\\\$&');",
      replace: 'return text;',
      suites: ['keyed-lock-names.spec'],
      scenario: 'is another one for `a:b` with `c` than for `a` with `b:c`',
    },
    {
      find: "return key.isWellFormed() && !key.includes('\\0') && Buffer.byteLength(key) <= LONGEST_KEY;",
      replace: 'return true;',
      suites: ['keyed-lock-names.spec'],
      scenario: 'is not that of a key which reads as the digest of another one',
    },
    {
      find: '`:${digestOf(key)}`',
      replace: 'digestOf(key)',
      suites: ['keyed-lock-names.spec'],
      scenario: 'is not that of a key which reads as the digest of another one',
    },
  ],
};
