// Each entry breaks postgres-doctor.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the doctor finds what it lists': [
    {
      find: 'if (Math.max(ahead, behind) <= CLOCK_TOLERANCE)',
      replace: 'if (ahead <= CLOCK_TOLERANCE)',
      suites: ['doctor.spec'],
      scenario: 'a clock that is -20000 ms off is found',
    },
    {
      find: 'constraint === null',
      replace: 'constraint !== undefined',
      suites: ['doctor.spec'],
      scenario: 'ADD CONSTRAINT extra UNIQUE (fence) is found and mended',
    },
    {
      find: "const steers = await this.mayInsert('control', 'action');",
      replace: 'const steers = false;',
      suites: ['doctor.spec'],
      scenario: 'an operator, who inserts actions',
    },
    {
      find: 'INSERTED_COLUMNS[table] ?? [',
      replace: '[',
      suites: ['doctor.spec'],
      scenario: 'a replica with grants by columns',
    },
    {
      find: '(runs || steers ? row : { ...row, read_only: null })',
      replace: 'row',
      suites: ['doctor.spec'],
      scenario: 'a replica whose transactions are read-only by default is found, and a reader may be so',
    },
    {
      find: "return [{ check, state: 'unknown', message: `could not be checked: ${messageOf(error)}` }];",
      replace: 'throw error;',
      suites: ['doctor.spec'],
      scenario: 'a check that fails leaves the others to be made',
    },
  ],
};
