// Each entry breaks poller.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: 'if (this.expected.has(task)) this.lookIn(0);',
      replace: 'void task;',
      suites: ['wiring/requests.spec'],
    },
    {
      find: 'this.outside(() => this.clock.timer(due - now, look))',
      replace: 'this.clock.timer(due - now, look)',
      suites: ['wiring/requests.spec'],
    },
    {
      find: 'except: this.rests.namesAt(this.lastLook)',
      replace: 'except: []',
      suites: ['request-watch.spec'],
    },
    {
      find: '    this.expected.add(task);\n',
      replace: '    this.expected.add(task);\n    this.lookIn(0);\n',
      suites: ['request-watch.spec'],
    },
  ],
};
