// Each entry breaks renew.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const POSTGRES = ['claim-rules.spec', 'postgres-conformance.spec'];

module.exports = {
  '8 release and renew': [
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'WHERE lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      suites: POSTGRES,
    },
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'WHERE lock.token = asked.token AND lock.locked_until > clock.at\n',
      suites: POSTGRES,
    },
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL\n',
      suites: POSTGRES,
    },
    {
      find: 'LEAST(clock_timestamp() + held.lease, lock.started_at + held.max_hold)',
      replace: 'clock_timestamp() + held.lease',
      suites: POSTGRES,
    },
    { find: 'GREATEST(lock.locked_until, ', replace: 'GREATEST(', suites: POSTGRES },
  ],
  '11 batches': [
    { find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED', replace: 'FOR NO KEY UPDATE OF lock', suites: POSTGRES },
  ],
};
