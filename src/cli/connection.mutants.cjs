// Each entry breaks connection.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'no password is printed': [
    {
      find: String.raw`:\/\/[^/?#]*(`,
      replace: String.raw`:(?:\/\/)?[^/?#]*(`,
      suites: ['cli-connection.spec'],
      scenario: '"postgres:hunter2@db" is refused without showing it',
    },
    {
      find: '/[@#]/.test(afterHost) || ',
      replace: '',
      suites: ['cli-connection.spec'],
      scenario: 'hunter2@db/app" is refused without showing it',
    },
  ],
  'a command that is written wrong is told how to write it': [
    {
      find: "!canDecode(url.split('?', 1).join(''))",
      replace: 'false',
      suites: ['cli-connection.spec'],
      scenario: 'is refused with how to write a percent sign',
    },
  ],
};
