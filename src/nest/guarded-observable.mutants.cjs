// Each entry breaks guarded-observable.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  "a listener's error costs nothing": [
    {
      find: 'next: (value) => this.by.guard(() => observer.next?.(value)),',
      replace: 'next: (value) => observer.next?.(value),',
      suites: ['wiring/events.spec'],
      scenario: 'and throws disturbs no run',
    },
    {
      find: 'const lifted = new GuardedObservable<R>(this.by);',
      replace: 'const lifted = new Observable<R>();',
      suites: ['wiring/events.spec'],
      scenario: 'and throws behind operators disturbs no run',
    },
    {
      find: 'observer.error ? this.by.guard(() => observer.error?.(problem)) : this.by.complain(problem)',
      replace: 'this.by.complain(problem)',
      suites: ['wiring/events.spec'],
      scenario: 'with an error handler of its own hears its error there',
    },
  ],
};
