// Each entry breaks renew.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '8 release and renew': [
    {
      find: 'AND lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a stale holder can neither release nor renew',
    },
    {
      find: 'AND lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'AND lock.token = asked.token AND lock.locked_until > clock.at\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a renewal neither revives a lease that is over nor locks a released row',
    },
    {
      find: 'AND lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'AND lock.token = asked.token AND lock.finished_at IS NULL\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a renewal neither revives a lease that is over nor locks a released row',
    },
    {
      find: 'LEAST(clock_timestamp() + held.lease, lock.started_at + held.max_hold)',
      replace: 'clock_timestamp() + held.lease',
      suites: ['postgres-conformance.spec'],
      scenario: 'a renewal moves the lease, and never past the maximum hold',
    },
    {
      find: 'GREATEST(lock.locked_until, ',
      replace: 'GREATEST(',
      suites: ['postgres-conformance.spec'],
      scenario: 'a renewal never shortens a lease that was extended',
    },
  ],
  '11 batches': [
    {
      find: 'FROM asked CROSS JOIN clock CROSS JOIN LATERAL (\n    SELECT FROM ${table} AS lock\n    WHERE lock.name = asked.name AND',
      replace:
        "FROM asked CROSS JOIN clock CROSS JOIN LATERAL (\n    SELECT FROM ${table} AS lock\n    WHERE lock.name || '' = asked.name AND",
      suites: ['thousand-rows.spec'],
      scenario: 'a renewal',
    },
    {
      find: 'FOR NO KEY UPDATE SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE',
      suites: ['claim-rules.spec'],
      scenario: 'a locked row does not delay the others',
    },
  ],
  cancel: [
    {
      find: ' AND cancel.fence = renewed.fence',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'neither the next run hears of it nor that of another lock',
    },
    {
      find: 'cancel.name = renewed.name AND cancel',
      replace: 'cancel',
      suites: ['postgres/cancel.spec'],
      scenario: 'a cancel does not touch the run of another lock that has the same fence',
    },
    {
      find: 'by === null ? undefined : { by,',
      replace: 'true ? undefined : { by,',
      suites: ['postgres-conformance.spec'],
      scenario: 'a renewal says who cancelled the run and why, and moves the lease',
    },
  ],
};
