// Each entry breaks claim-answer.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'answers of Postgres': [
    {
      find: 'Math.round(Number(seconds) * 1_000_000) / 1_000',
      replace: 'Number(seconds) * 1_000',
      suites: ['claim-answer.spec'],
    },
    {
      find: "? 'dead' : { status: 'busy', now }",
      replace: "? { status: 'busy', now } : { status: 'busy', now }",
      suites: ['postgres-conformance.spec'],
      scenario: 'a lease that is over can be claimed by another replica',
    },
    {
      find: ": { status: 'busy', now })",
      replace: ": { status: 'done', now })",
      suites: ['claim-rules.spec'],
      scenario: 'a claim of a row that another transaction has locked is answered at once',
    },
    {
      find: "mine === 't' && finished === null",
      replace: 'false',
      suites: ['postgres-conformance.spec'],
      scenario: 'a repeated attempt with the same token is the same claim',
    },
    {
      find: "if (row.mine === 't') return",
      replace: 'if (false) return',
      suites: ['refusals.spec'],
    },
    {
      find: 'trigger: triggerOf(row.previous_outcome),',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run in progress says in its row why it began, and so does a dead one',
    },
    {
      find: 'Math.max(...array',
      replace: 'Math.min(...array',
      suites: ['refusals.spec'],
    },
  ],
};
