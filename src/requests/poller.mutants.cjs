// Each entry breaks poller.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'if (this.expected.has(task)) this.pollIn(0);',
      replace: 'void task;',
      suites: ['wiring/requests.spec'],
      scenario: 'what overlaps on one runs when the run of the other ends, at once',
    },
    {
      find: '    if (this.expected.size > 0) this.pollIn(0);\n  }\n\n  /** No more',
      replace: '  }\n\n  /** No more',
      suites: ['unit/poller.spec'],
      scenario: 'is done at once where a task was resumed, and not before any expects requests',
    },
    {
      find: 'this.outside(() => this.clock.timer(due - now, poll))',
      replace: 'this.clock.timer(due - now, poll)',
      suites: ['wiring/requests.spec'],
      scenario: 'runs outside of the contexts of who publishes it',
    },
    {
      find: 'except: this.wakes.resting(this.lastPoll)',
      replace: 'except: []',
      suites: ['unit/poller.spec'],
    },
    {
      find: '    this.expected.add(task);\n',
      replace: '    this.expected.add(task);\n    this.pollIn(0);\n',
      suites: ['unit/poller.spec'],
    },
    {
      find: 'if (runsOfTask >= RUNS_OF_A_TASK) later.push(waiting);\n      else void this.run',
      replace: 'void later;\n      void this.run',
      suites: ['unit/poller.spec'],
    },
    { find: '      if (this.running.has(name)) continue;\n', replace: '', suites: ['unit/poller.spec'] },
    { find: '      this.pollIn(0);\n    } else', replace: '    } else', suites: ['unit/poller.spec'] },
    { find: '    this.beginDue(runner);\n  }\n}', replace: '  }\n}', suites: ['unit/poller.spec'] },
    { find: '    this.due = [];\n', replace: '', suites: ['unit/poller.spec'] },
    {
      find: 'if (dueIn > 0 && this.wakes.has(name)) this.published(name, dueIn);',
      replace: 'void name;',
      suites: ['unit/poller.spec'],
    },
  ],
};
