// Each entry breaks batching-store.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  '11 batches': [
    {
      find: 'answers.slice(from, (from += requests.length))',
      replace: 'answers',
      suites: ['batched-store.spec'],
    },
    {
      find: 'for (const { name } of call.requests) next.set(name, batch + 1);',
      replace: '',
      suites: ['batched-store.spec'],
    },
    {
      find: 'calls.length === 1 || error instanceof',
      replace: 'true || error instanceof',
      suites: ['batched-store.spec'],
    },
    {
      find: 'calls.every(({ signal }) => signal?.aborted)',
      replace: 'calls.some(({ signal }) => signal?.aborted)',
      suites: ['batched-store.spec'],
    },
    { find: 'if (!isWanted(call, false)) continue;', replace: '', suites: ['batched-store.spec'] },
  ],
  'what a store can do is asked of the store itself': [
    { find: '(await this.store.purge?.(request)) ?? 0', replace: '0', suites: ['batched-store.spec'] },
  ],
};
