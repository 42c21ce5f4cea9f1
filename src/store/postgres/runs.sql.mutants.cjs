// Each entry breaks runs.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  runs: [
    {
      find: 'ORDER BY each.started_at DESC',
      replace: 'ORDER BY each.started_at',
      suites: ['postgres-conformance.spec'],
      scenario: 'the newest runs of several tasks are told, as many of each as are asked for',
    },
    {
      find: 'ON CONFLICT (name, fence) DO NOTHING',
      replace: 'ON CONFLICT (name, fence) DO UPDATE SET replica = excluded.replica',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run that died is recorded once, with all that is known of it',
    },
    {
      find: 'run.started_at < $4)',
      replace: 'run.started_at <= $4)',
      suites: ['postgres-conformance.spec'],
      scenario:
        'runs are told the newest first, as many as are asked for, by key, outcome, time, fence and trigger',
    },
    {
      find: 'AND ($6::bigint[] IS NULL OR run.fence = ANY ($6))',
      replace: 'AND ($6::bigint[] IS NULL OR true)',
      suites: ['postgres-conformance.spec'],
      scenario:
        'runs are told the newest first, as many as are asked for, by key, outcome, time, fence and trigger',
    },
    {
      find: 'AND ($7::text IS NULL OR run.trigger = $7)',
      replace: 'AND ($7::text IS NULL OR true)',
      suites: ['postgres-conformance.spec'],
      scenario:
        'runs are told the newest first, as many as are asked for, by key, outcome, time, fence and trigger',
    },
  ],
};
