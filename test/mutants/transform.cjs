// The transformer of all suites. With MUTANT set it replaces one text of one source file, so that the suites run against
// broken code while the tree stays as it is.
const { createTransformer } = require('@swc/jest').default ?? require('@swc/jest');

/** @type {{ file: string, find: string, replace: string } | undefined} */
const mutant = process.env.MUTANT && JSON.parse(process.env.MUTANT);

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
