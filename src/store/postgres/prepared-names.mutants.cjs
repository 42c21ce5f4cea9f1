// Each entry breaks prepared-names.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'prepared statements behind poolers, and of tables that change': [
    {
      find: 'if (!this.isInUse) return undefined;',
      replace: '',
      suites: ['statements.spec'],
      scenario: 'are not prepared where the options forbid it',
    },
    {
      find: 'if (used !== this.of(name)) return;',
      replace: '',
      suites: ['statement-runner.spec'],
      scenario: 'that is outdated on several connections at once is renamed once',
    },
    {
      find: 'if (isLost) this.credit',
      replace: 'this.credit',
      suites: ['statement-runner.spec'],
      scenario: 'whose table changes often keeps having a name',
    },
    {
      find: 'if (this.credit < MOST_CREDIT) this.credit++;',
      replace: '',
      suites: ['statement-runner.spec'],
      scenario: 'whose name is lost now and then keeps having one',
    },
    {
      find: 'this.isInUse = false;',
      replace: '',
      suites: ['statement-runner.spec'],
      scenario: 'whose name is lost again and again is sent without one, and one line says so',
    },
  ],
};
