// Each entry breaks program.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'exit codes tell what happened': [
    {
      find: "{ input: EXIT.usage, 'unknown-task': EXIT.error, refused: EXIT.refused }",
      replace: "{ input: EXIT.error, 'unknown-task': EXIT.error, refused: EXIT.error }",
      suites: ['cli-verbs.spec'],
      scenario: 'errors of kind refused exit with 4',
    },
    {
      find: 'error.exitCode === 0 ? EXIT.fine : EXIT.usage',
      replace: 'error.exitCode === 0 ? EXIT.fine : EXIT.error',
      suites: ['cli-verbs.spec'],
      scenario: 'is a wrong use: exit code 2',
    },
    {
      find: 'isTableMissing(error) ? doctor.tables',
      replace: 'false ? doctor.tables',
      suites: ['cli-verbs.spec'],
      scenario: 'a table that is missing is told with its migration, and what runs it',
    },
  ],
};
