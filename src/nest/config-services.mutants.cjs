// Each entry breaks config-services.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'ConfigService is known without the name of its class': [
    {
      find: 'isConfigServiceClass(token))',
      replace: `typeof token === 'function' && token.name === 'ConfigService')`,
      suites: ['wiring/configuration.spec'],
      scenario: 'where a bundler calls its class "q"',
    },
    {
      find: 'Reflect.getOwnMetadata',
      replace: 'Reflect.getMetadata',
      suites: ['wiring/configuration.spec'],
      scenario: "an application's own class that extends it",
    },
    {
      find: `if (typeof getOrThrow !== 'function') return false;`,
      replace: '',
      suites: ['wiring/configuration.spec'],
      scenario: "an application's own providers with its tokens",
    },
    {
      find: 'if (value !== undefined) return value;',
      replace: 'return value;',
      suites: ['wiring/configuration.spec'],
      scenario: 'beside one that has no such value',
    },
    {
      find: 'if (providers.some(isOfConfigModule)) throw new Error(NOT_FOUND);',
      replace: '',
      suites: ['wiring/configuration.spec'],
      scenario: 'or else the start is an error that says so: nothing stands in its place',
    },
    {
      find: '(token.prototype ?? {})',
      replace: 'token.prototype',
      suites: ['wiring/configuration.spec'],
      scenario: "an application's own providers with its tokens",
    },
  ],
};
