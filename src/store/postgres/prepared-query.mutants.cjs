// Each entry breaks prepared-query.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a statement is parsed and described once a connection': [
    {
      find: 'if (!this.columns) connection.describe',
      replace: 'connection.describe',
      suites: ['prepared-query.spec'],
      scenario: 'is parsed and described once a connection',
    },
    {
      find: 'this.described.get(client);\n    if (!columns) this.described.set(client,',
      replace: 'this.described.get(this);\n    if (!columns) this.described.set(this,',
      suites: ['prepared-query.spec'],
      scenario: 'is described anew on another connection, where its columns may be others',
    },
    {
      find: 'if (connection.parsedStatements[name] === undefined) connection.parse',
      replace: 'if (!this.columns) connection.parse',
      suites: ['prepared-query.spec'],
      scenario: 'that another copy of this package has prepared is not parsed again',
    },
  ],
  'values go to the server as pg sends them': [
    {
      find: ".replace(/[\"\\\\]/g, '\\\\$&')",
      replace: '',
      suites: ['prepared-query.spec'],
      scenario: 'has its values read by Postgres as those of pg',
    },
    {
      find: "return 'NULL';",
      replace: 'return \'""\';',
      suites: ['prepared-query.spec'],
      scenario: 'has its values read by Postgres as those of pg',
    },
  ],
  'who instruments pg sees what it sees of others': [
    {
      find: 'rowCount: this.rows.length',
      replace: 'rowCount: 0',
      suites: ['prepared-query.spec'],
      scenario: 'sees text, name and values, and the end with its rows or its error',
    },
  ],
  'only a client that sends the queries of others is given one': [
    {
      find: 'pipeline === true || ',
      replace: '',
      suites: ['prepared-query.spec'],
      scenario: 'while it pipelines',
    },
  ],
};
