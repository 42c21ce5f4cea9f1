// Each entry breaks task-lock.discovery.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'providers that lead': [
    {
      find: 'wrapper.isDependencyTreeStatic() && !wrapper.isTransient',
      replace: '!wrapper.isTransient',
      suites: ['leader-providers.spec'],
      scenario: 'where the provider is request-scoped, by itself or by what it depends on, or transient',
    },
    {
      find: 'wrapper.isDependencyTreeStatic() && !wrapper.isTransient',
      replace: 'wrapper.isDependencyTreeStatic()',
      suites: ['leader-providers.spec'],
      scenario: 'where the provider is request-scoped, by itself or by what it depends on, or transient',
    },
  ],
};
