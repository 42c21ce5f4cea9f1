// Each entry breaks pool-connection.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '2 the clock, and a transaction of its own': [
    {
      find: '    ? fromDriver(driver)',
      replace:
        '    ? Promise.resolve({ client: { query: async ({ text, values }) => ({ rows: await source.query(text, values) }) }, release() {} } as never)',
      suites: ['callers-transaction.spec'],
      scenario: 'a claim is committed by itself: a rollback of the caller keeps it and its minimum hold',
    },
  ],
  'the pool keeps no broken connection, and loses none': [
    {
      find: "  client.on('error', onError);",
      replace: '',
      suites: ['pool-connection.spec'],
      scenario: 'that breaks while it is taken ends no process, and leaves the pool',
    },
    {
      find: 'release(broken);',
      replace: 'release();',
      suites: ['pool-connection.spec'],
      scenario: 'that breaks while it is taken ends no process, and leaves the pool',
    },
    {
      find: "      client.removeListener('error', onError);",
      replace: '',
      suites: ['pool-connection.spec'],
      scenario: 'goes back to the pool, with nobody left who listens to its errors',
    },
  ],
  'only the driver that is known is asked past the query runner': [
    {
      find: "options?.type === 'postgres' && isPostgresDriver(driver)",
      replace: 'isPostgresDriver(driver)',
      suites: ['pool-connection.spec'],
      scenario: 'of another driver',
    },
    {
      find: ' && !isReplaced',
      replace: '',
      suites: ['pool-connection.spec'],
      scenario: 'where somebody has replaced createQueryRunner, to see each statement',
    },
    {
      find: "createQueryRunner('master')",
      replace: 'createQueryRunner()',
      suites: ['pool-connection.spec'],
      scenario: 'where somebody has replaced createQueryRunner, to see each statement',
    },
  ],
};
