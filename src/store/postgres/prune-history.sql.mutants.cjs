// Each entry breaks prune-history.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a prune reads little of a large history': [
    {
      find: 'SELECT min((SELECT run.started_at FROM ${runs} AS run WHERE run.task = ran.task ORDER BY run.started_at LIMIT 1)) AS at\n  FROM ran WHERE ran.task IS NOT NULL',
      replace: 'SELECT min(started_at) AS at FROM ${runs}',
      suites: ['large-history.spec'],
      scenario: 'a prune of actions finds the oldest run in steps from task to task',
    },
    {
      find: 'DELETE FROM ${table} AS run WHERE run.ctid = ANY (ARRAY(SELECT old.place FROM old))',
      replace: 'DELETE FROM ${table} AS run USING old WHERE run.ctid::text = old.place::text',
      suites: ['large-history.spec'],
      scenario: 'a prune of runs reads those that it removes',
    },
  ],
  prune: [
    {
      find: '    FOR UPDATE SKIP LOCKED\n  ) AS found',
      replace: '    FOR UPDATE NOWAIT\n  ) AS found',
      suites: ['operator-history.spec'],
      scenario: 'skips runs that somebody has locked, and does not wait for them',
    },
    {
      find: 'CASE WHEN ${isKeyed} THEN $2::bigint ELSE $1::bigint END',
      replace: '$1::bigint',
      suites: ['postgres-conformance.spec'],
      scenario: 'the newest runs of a task are kept, and of one with keys more',
    },
    {
      find: "LEAST(COALESCE(${nth('$3::bigint')}, '-infinity'), clock",
      replace: "LEAST('infinity'::timestamptz, clock",
      suites: ['postgres-conformance.spec'],
      scenario: 'runs that are too old go, but none of the newest',
    },
    {
      find: 'run.task = kept.task AND run.started_at < kept.since\n    ORDER',
      replace: 'run.task = kept.task AND run.started_at <= kept.since\n    ORDER',
      suites: ['postgres-conformance.spec'],
      scenario: 'the newest runs of a task are kept, and of one with keys more',
    },
    {
      find: '      OR EXISTS (SELECT FROM ${actions} AS later',
      replace: '      OR true OR EXISTS (SELECT FROM ${actions} AS later',
      suites: ['postgres-conformance.spec'],
      scenario: 'actions go with their age, and pauses not before the runs that they explain',
    },
    {
      find: 'AND (newer.last_declared > task.last_declared + ${interval(IN_USE)}',
      replace: 'AND (true',
      suites: ['postgres-conformance.spec'],
      scenario: 'old declarations go where a newer one is there',
    },
    {
      find: '                    OR (newer.application, newer.digest) IN (SELECT application, digest FROM listed)))',
      replace: ')',
      suites: ['postgres-conformance.spec'],
      scenario: 'old declarations go where a newer one is there',
    },
    {
      find: '    AND (task.application, task.digest) NOT IN (SELECT application, digest FROM listed)\n',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'old declarations go where a newer one is there',
    },
  ],
};
