// The transformer of the suites. Where MUTANT names one, it puts that mutant's text in place of the original's, so
// that the suite runs against one broken step and the tree stays as it is.
const { createTransformer } = require('@swc/jest').default ?? require('@swc/jest');
const { mutants } = require('./mutants.cjs');

const mutant = mutants.find(({ id }) => id === process.env.MUTANT);

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    const changed = (source, path) =>
      mutant && path.endsWith(`/${mutant.file}`) ? source.replace(mutant.find, () => mutant.replace) : source;
    return {
      ...swc,
      canInstrument: false,
      getCacheKey: (source, path, ...rest) => swc.getCacheKey(changed(source, path), path, ...rest),
      process: (source, path, ...rest) => swc.process(changed(source, path), path, ...rest),
      processAsync: async (source, path, ...rest) => swc.processAsync(changed(source, path), path, ...rest),
    };
  },
};
