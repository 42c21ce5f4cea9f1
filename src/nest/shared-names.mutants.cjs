// Each entry breaks shared-names.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'two applications on one table': [
    {
      find: 'other !== undefined && other !== application',
      replace: 'false',
      suites: ['two-applications.spec'],
      scenario: 'an application is told that another one shares its lock',
    },
    {
      find: 'if (own || !unnamed',
      replace: 'if (!unnamed',
      suites: ['two-applications.spec'],
      scenario: 'are told where the rows of their tasks have no name yet, once',
    },
  ],
};
