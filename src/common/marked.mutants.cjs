// Each entry breaks marked.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const copies = ['wiring/two-copies.spec'];

module.exports = {
  'what copies of the package make is told by a mark': [
    {
      find: 'Object.defineProperty(type.prototype, mark, { value: true });',
      replace: '',
      suites: copies,
      scenario: 'injects TaskLockService',
    },
    {
      find: 'if (this !== type)',
      replace: 'if (false)',
      suites: copies,
      scenario: "TaskLockHeldError: an application's own subclass stays one of its own",
    },
    {
      find: 'object !== null && mark in object',
      replace: 'object !== null && type.prototype.isPrototypeOf(object)',
      suites: copies,
      scenario: 'is an instance of TaskLockHeldError of the other, and of no class that it is not in its own',
    },
  ],
};
