// Each entry breaks statement-runner.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '2 the clock, and a transaction of its own': [
    {
      find: '(await connection.query({ name, text, values, types: AS_WRITTEN })).rows as Row[]',
      replace: 'this.dataSource().query<Row[]>(query.text, query.values)',
      suites: ['callers-transaction.spec'],
    },
  ],
  'what may have been won goes back': [
    { find: '(sent && !isRefusal(error))', replace: 'false', suites: ['dead-connections.spec'] },
    { find: '() => hangUp(connection)', replace: '() => {}', suites: ['dead-connections.spec'] },
  ],
  'prepared statements behind poolers': [
    { find: 'if (!isNameLost(error)) throw error;', replace: 'throw error;', suites: ['statements.spec'] },
    { find: 'if (this.prepares) {', replace: 'if (true) {', suites: ['statements.spec'] },
  ],
};
