// Each entry breaks method-proxy.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'direct calls and ticks': [
    {
      find: 'Reflect.defineMetadata(key, Reflect.getMetadata(key, method), proxy);',
      replace: '',
      suites: ['schedule-decorators.spec'],
      scenario: 'the scheduler runs a method under its lock',
    },
  ],
};
