// Each entry breaks poller.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'if (this.expected.has(task)) this.lookIn(0);',
      replace: 'void task;',
      suites: ['wiring/requests.spec'],
      scenario: 'what overlaps on one runs when the run of the other ends, at once',
    },
    {
      find: 'this.outside(() => this.clock.timer(due - now, look))',
      replace: 'this.clock.timer(due - now, look)',
      suites: ['wiring/requests.spec'],
      scenario: 'runs outside of the contexts of who asks',
    },
    {
      find: 'except: this.rests.namesAt(this.lastLook)',
      replace: 'except: []',
      suites: ['request-watch.spec'],
      scenario: 'gives what comes to nothing a rest that grows, and goes on with the others',
    },
    {
      find: '    this.expected.add(task);\n',
      replace: '    this.expected.add(task);\n    this.lookIn(0);\n',
      suites: ['request-watch.spec'],
      scenario: 'costs nothing more for calls that put each other off, and for what is due much later',
    },
  ],
};
