// Each entry breaks postgres-lock-store.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '5 answers': [
    {
      find: "await claimAgain('missing');",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a first claim wins, makes the row, and says what it took',
    },
    {
      find: 'if (!isConflict(error)) throw error;',
      replace: 'throw error;',
      suites: ['claim-rules.spec'],
      scenario: 'a claim that meets a conflict each time is busy: it has changed nothing',
    },
    {
      find: ', signal, MAX_ENSURE_TRIES',
      replace: ', signal, 1',
      suites: ['statement-runner.spec'],
      scenario: 'is made in spite of nineteen conflicts, and the claim wins',
    },
  ],
  '11 batches': [
    {
      find: 'if (groups.length > 0 && failures.length === groups.length) throw failures[0];',
      replace: 'if (failures.length > 0) throw failures[0];',
      suites: ['statements.spec'],
      scenario: 'a win is told where the claim of another shape fails',
    },
    {
      find: 'if (others.length === ends.length) throw error;',
      replace: 'throw error;',
      suites: ['statements.spec'],
      scenario: 'a release is told where the question after the others fails',
    },
    {
      find: 'if (requests.length > 1 && new Set(requests.map(({ name }) => name)).size < requests.length)',
      replace: 'if (false)',
      suites: ['postgres-conformance.spec'],
      scenario: 'a name that occurs twice in a call is never won twice',
    },
    {
      find: 'if (asked.length === requests.length) throw error;',
      replace: 'throw error;',
      suites: ['statements.spec'],
      scenario: 'a win is told where no connection is left to make the row of the other',
    },
    {
      find: 'this.claimed(asked, rows, signal)',
      replace: 'this.claimed(requests, rows, signal)',
      suites: ['statements.spec'],
      scenario: 'a run still knows the one before it that died',
    },
  ],
  recovery: [
    {
      find: 'inOneCommit(held)',
      replace: '[...held]',
      suites: ['statements.spec'],
      scenario: 'a release that need not be durable is durable in a batch with one that must be',
    },
  ],
  'operating never costs a lock': [
    {
      find: 'return this.operating.history.query(() => queryOf(full, ends), plain, signal);',
      replace: 'return this.runner.query(queryOf(full, ends), signal);',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_run refuses each row',
    },
  ],
};
