// Each entry breaks method-proxy.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'direct calls and ticks': [
    {
      find: 'Reflect.defineMetadata(key, Reflect.getMetadata(key, method), proxy);',
      replace: '',
      suites: ['schedule-decorators.spec'],
    },
  ],
};
