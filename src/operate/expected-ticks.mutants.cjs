// Each entry breaks expected-ticks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/ledger.spec'];

module.exports = {
  'the definition of its time': [
    {
      find: 'known.filter((each) => latest <= endOfUse(each)).at(-1)!',
      replace: 'known.at(-1)!',
      suites,
    },
    {
      find: 'known.filter((each) => latest <= endOfUse(each)).at(-1)!',
      replace: 'known.filter((each) => at <= endOfUse(each)).at(-1) ?? known.at(-1)!',
      suites,
    },
    {
      find: 'known.filter((each) => latest <= endOfUse(each)).at(-1)!',
      replace: 'definitions.at(-1)!',
      suites,
    },
    {
      find: 'Math.min(at, Math.max(',
      replace: 'Math.max(-Infinity, Math.max(',
      suites,
    },
    { find: 'lastDeclared.getTime() + IN_USE', replace: 'lastDeclared.getTime()', suites },
    {
      find: 'if (definitions.some(({ isDeclared }) => isDeclared)) return Infinity;',
      replace: 'return Infinity;',
      suites,
    },
    { find: 'if (!ticks || definition.isDisabled) continue;', replace: 'if (!ticks) continue;', suites },
  ],
  'the event loop has its turns': [{ find: 'await turns.yieldIfLong();', replace: '', suites }],
  'no endless guess': [{ find: ' - LONGEST_GUESS', replace: ' - Infinity', suites }],
  'no more than are asked for': [{ find: 'end = begin - 1;', replace: 'return;', suites }],
};
