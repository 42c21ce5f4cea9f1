// Each entry breaks list.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'exit codes tell what happened': [
    {
      find: "tasks.items.some((each) => each.state === 'overdue') ? EXIT.attention : EXIT.fine",
      replace: 'EXIT.fine',
      suites: ['cli-verbs.spec'],
      scenario: 'exits with 3 if a task is overdue, and with 0 if none is',
    },
  ],
};
