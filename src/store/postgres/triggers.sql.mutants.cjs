// Each entry breaks triggers.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  triggers: [
    {
      find: "      expires_at = clock_timestamp() + asked.starts_within * interval '1 millisecond'\n",
      replace: '      expires_at = action.expires_at\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'one that was taken expires where its run has not begun in time',
    },
    {
      find: '  FOR NO KEY UPDATE SKIP LOCKED\n',
      replace: '  FOR NO KEY UPDATE NOWAIT\n',
      suites: ['operator-store.spec'],
      scenario: 'takes ten at a time, and leaves those that another replica is taking',
    },
    {
      find: ' AND expires_at > clock_timestamp() AND name',
      replace: ' AND expires_at IS NOT NULL AND name',
      suites: ['postgres-conformance.spec'],
      scenario: 'a trigger that nobody takes in time expires',
    },
    {
      find: 'WHERE taken_at IS NULL AND expires_at',
      replace: "WHERE COALESCE(taken_at, 'infinity') = 'infinity' AND expires_at",
      suites: ['operator-store.spec'],
      scenario: 'reads an index with the open ones only, and writes nothing where there are none',
    },
    {
      find: "WHERE id = $1::bigint AND action = 'trigger' AND answered_at IS NULL`;\n}\n\n/** Writes down what came",
      replace: 'WHERE id = $1::bigint`;\n}\n\n/** Writes down what came',
      suites: ['postgres-conformance.spec'],
      scenario: 'one that was taken does not expire, and keeps its first answer',
    },
    {
      find: 'fence = COALESCE($3::bigint, fence)',
      replace: 'fence = $3::bigint',
      suites: ['postgres-conformance.spec'],
      scenario: 'one that was taken does not expire, and keeps its first answer',
    },
  ],
};
