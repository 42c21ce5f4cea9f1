// Each entry breaks html.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'no value gets into a page as it is': [
    {
      find: 'return escaped(String(part));',
      replace: 'return String(part);',
      suites: ['dashboard-html.spec'],
      scenario: 'escapes each value',
    },
    { find: `'"': '&quot;',`, replace: '', suites: ['dashboard-html.spec'], scenario: 'escapes each value' },
    {
      find: 'if (part instanceof Html) return part.toString();',
      replace: `if (typeof part === 'object' && !Array.isArray(part)) return String(part);`,
      suites: ['dashboard-html.spec'],
      scenario: 'refuses what only looks like a template',
    },
  ],
};
