// Each entry breaks table-access.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'privileges are checked at start-up': [
    {
      find: 'if (problem !== undefined) throw new Error(problem);',
      replace: '',
      suites: ['start-up-access.spec'],
      scenario: 'UPDATE on the lock table',
    },
    {
      find: 'if (await reaches()) return;',
      replace: 'await reaches();\n    return;',
      suites: ['start-up-access.spec'],
      scenario: 'that shows rows, and lets nobody change them stops the start, with a policy that mends it',
    },
    {
      find: 'if (!isDenied(error)) throw error;',
      replace: 'throw error;',
      suites: ['start-up-access.spec'],
      scenario: 'that refuses the row of a new task stops the start',
    },
  ],
};
