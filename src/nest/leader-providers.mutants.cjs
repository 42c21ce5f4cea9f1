// Each entry breaks leader-providers.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'providers that lead': [
    {
      find: 'if (!isSingleton)',
      replace: 'if (false)',
      suites: ['leader-providers.spec'],
      scenario: 'where the provider is request-scoped, by itself or by what it depends on, or transient',
    },
    {
      find: '      if (owner)\n',
      replace: '      if (false && owner)\n',
      suites: ['leader-providers.spec'],
      scenario: 'where the name is that of a task, or of another leader',
    },
    {
      find: "if (typeof Reflect.get(instance, method) === 'function') continue;",
      replace: 'continue;',
      suites: ['leader-providers.spec'],
      scenario: 'where a method is missing, and names the method',
    },
    {
      find: '{ operatorPolling: Infinity }',
      replace: '{ operatorPolling: 1 }',
      suites: ['leader-providers.spec'],
      scenario: 'is a declared task for operators, which is running where it leads, and cannot be triggered',
    },
  ],
};
