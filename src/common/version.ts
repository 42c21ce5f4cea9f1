/** The version of this package, as in package.json: which version a replica runs is declared with its tasks. */
export const VERSION = '0.2.0';
