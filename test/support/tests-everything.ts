/** `npm run test:all` sets it: every isolation level, every conformance scenario under each, and more random runs. */
export const TESTS_EVERYTHING = process.env['TEST_ALL'] === '1';
