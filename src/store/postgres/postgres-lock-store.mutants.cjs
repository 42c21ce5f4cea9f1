// Each entry breaks postgres-lock-store.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '5 answers': [
    {
      find: 'if (missing.length > 0) {',
      replace: 'if (false) {',
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
      find: 'if (requests.length > 1 && new Set(requests.map(({ name }) => name)).size < requests.length)',
      replace: 'if (false)',
      suites: ['postgres-conformance.spec'],
      scenario: 'a name that occurs twice in a call is never won twice',
    },
    {
      find: 'if (missing.length === requests.length) throw error;',
      replace: 'throw error;',
      suites: ['statements.spec'],
      scenario: 'a win is told where no connection is left to make the row of the other',
    },
    {
      find: 'this.claimed(missing, signal)',
      replace: 'this.claimed(requests, signal)',
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
      find: '? this.operating.history.query<ReleaseRow>(() => queryOf(release, ends), plain, signal)',
      replace: '? this.runner.query<ReleaseRow>(queryOf(release, ends), signal)',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_run refuses each row',
    },
  ],
};
