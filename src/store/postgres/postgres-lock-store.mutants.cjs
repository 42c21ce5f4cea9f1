// Each entry breaks postgres-lock-store.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const POSTGRES = ['claim-rules.spec', 'postgres-conformance.spec'];

module.exports = {
  '5 answers': [
    { find: 'if (missing.length > 0) {', replace: 'if (false) {', suites: POSTGRES },
    { find: 'if (!isConflict(error)) throw error;', replace: 'throw error;', suites: POSTGRES },
    { find: 'pastConflicts(MAX_ENSURE_TRIES, ', replace: 'pastConflicts(1, ', suites: POSTGRES },
  ],
  '11 batches': [
    {
      find: 'if (new Set(requests.map(({ name }) => name)).size < requests.length)',
      replace: 'if (false)',
      suites: POSTGRES,
    },
    {
      find: 'if (missing.length === requests.length) throw error;',
      replace: 'throw error;',
      suites: ['statements.spec'],
    },
    { find: 'claim, missing, signal', replace: 'claim, requests, signal', suites: ['statements.spec'] },
  ],
  recovery: [{ find: 'inOneCommit(held)', replace: '[...held]', suites: ['statements.spec'] }],
};
