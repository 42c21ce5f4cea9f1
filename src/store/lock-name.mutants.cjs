// Each entry breaks lock-name.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'a lock for each key': [
    {
      find: "return text.replace(/[\\\\:]/g, '\\\\$&');",
      replace: 'return text;',
      suites: ['keyed-name.spec'],
    },
    {
      find: "return key.isWellFormed() && !key.includes('\\0') && Buffer.byteLength(key) <= LONGEST_KEY;",
      replace: 'return true;',
      suites: ['keyed-name.spec'],
    },
    { find: '`:${digestOf(key)}`', replace: 'digestOf(key)', suites: ['keyed-name.spec'] },
  ],
};
