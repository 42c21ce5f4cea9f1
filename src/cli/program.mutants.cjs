// Each entry breaks program.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'errors are in the words of the command line': [
    {
      find: '`--${kebab(option)} ${problem}`',
      replace: 'error.message',
      suites: ['cli-verbs.spec'],
      scenario: 'of an option name it as it is written here',
    },
    {
      find: ' : problem;',
      replace: ' : error.message;',
      suites: ['cli-verbs.spec'],
      scenario: 'name no method that nobody has called',
    },
    {
      find: 'nearest?.length === 0',
      replace: 'false',
      suites: ['cli-verbs.spec'],
      scenario: 'of a name that is like no other say what lists all of them',
    },
  ],
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
