// Each entry breaks ledger.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a ledger reads little of a large history': [
    {
      find: 'AND started_at >= ${from} AND started_at < $3::timestamptz',
      replace: 'AND started_at < $3::timestamptz',
      suites: ['large-history.spec'],
      scenario: 'the ledger of the newest ticks reads those runs, and few beside them',
    },
    {
      find: ' LIMIT ${MOST_BEFORE})',
      replace: ')',
      suites: ['large-history.spec'],
      scenario: 'the ledger of the newest ticks reads those runs, and few beside them',
    },
    {
      find: 'ORDER BY started_at LIMIT ${MOST_READ})',
      replace: 'ORDER BY started_at)',
      suites: ['large-history.spec'],
      scenario: 'the ledger of ticks of long ago reads those runs, and few beside them',
    },
    {
      find: 'WHEN (SELECT count(*) FROM within) < ${MOST_READ}',
      replace: 'WHEN true',
      suites: ['large-history.spec'],
      scenario: 'a ledger with more runs than it reads has the newest',
    },
  ],
  'a run of a tick may start early and late': [
    {
      find: 'FROM near WHERE started_at <= $3::timestamptz AND',
      replace: 'FROM near WHERE tick <= $3::timestamptz AND',
      suites: ['ledger-runs.spec'],
      scenario: 'a ledger is told of the same runs',
    },
  ],
  'the pauses of a task': [
    {
      find: "($1::text[] || '${ALL_TASKS}'::text)",
      replace: '($1::text[])',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task is told with each of its pauses and those of all tasks',
    },
  ],
};
