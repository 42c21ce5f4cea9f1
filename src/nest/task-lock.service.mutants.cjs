// Each entry breaks task-lock.service.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'names without number are told from those of tasks': [
    {
      find: '!this.core.registry.hasLock(known.name) || undefined',
      replace: 'undefined',
      suites: ['wiring/events.spec'],
      scenario: 'says of a name that no method declares that it is undeclared',
    },
  ],
  'locks that are held by hand': [
    {
      find: "if (options === undefined) this.declared(name, 'acquire');",
      replace: '',
      suites: ['unit/acquire.spec'],
      scenario: 'a bare name that is not declared',
    },
    {
      find: 'const definition = { name, maxHold, overlap, waitTimeout } as const;',
      replace: 'const definition = { name, maxHold, ...(waitTimeout && { overlap, waitTimeout }) } as const;',
      suites: ['unit/acquire.spec'],
      scenario: 'at once where the declared task lets its calls wait',
    },
    {
      find: 'condition: conditionOf(task, this.core.registry.instanceOf(task.name)),',
      replace: '',
      suites: ['unit/acquire.spec'],
      scenario: 'where the condition of the declared task is false',
    },
  ],
};
