// Each entry breaks batching-store.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a lone request waits for no turn of the event loop, and those of one second go together': [
    {
      find: 'void now.then(end);',
      replace: 'setImmediate(end);',
      suites: ['batching-store.spec'],
      scenario: 'goes without a turn of the event loop, also where others were answered before',
    },
    {
      find: 'this.underWay--;',
      replace: '',
      suites: ['batching-store.spec'],
      scenario: 'goes without a turn of the event loop, also where others were answered before',
    },
    {
      find: 'if (this.underWay > 0) setImmediate(end);',
      replace: 'if (setImmediate === undefined) return;',
      suites: ['batching-store.spec'],
      scenario: 'of the claims of many timers the first goes, and the others go together',
    },
  ],
  '11 batches': [
    {
      find: 'answers.slice(from, (from += requests.length))',
      replace: 'answers',
      suites: ['batching-store.spec'],
      scenario: 'go in one request, and each has its own answer',
    },
    {
      find: 'for (const { name } of call.requests) next.set(name, batch + 1);',
      replace: '',
      suites: ['batching-store.spec'],
      scenario: 'one for the same name goes in a request of its own, and no other task waits for it',
    },
    {
      find: 'calls.length === 1 || error instanceof',
      replace: 'true || error instanceof',
      suites: ['batching-store.spec'],
      scenario: 'one that the store refuses fails alone',
    },
    {
      find: 'calls.every(({ signal }) => signal?.aborted)',
      replace: 'calls.some(({ signal }) => signal?.aborted)',
      suites: ['batching-store.spec'],
      scenario: 'leaves the request of the others under way',
    },
    {
      find: 'if (!isWanted(call, false)) continue;',
      replace: '',
      suites: ['batching-store.spec'],
      scenario: 'before the end of its turn is not sent, and says so: nothing has to be given back',
    },
  ],
  'what a store can do is asked of the store itself': [
    {
      find: '(await this.store.purge?.(request)) ?? 0',
      replace: '0',
      suites: ['batching-store.spec'],
      scenario: 'rows of unused keys are removed by the store behind it',
    },
  ],
};
