import { TESTS_EVERYTHING } from './tests-everything.js';

const STRICTER_LEVELS = ['repeatable read', 'serializable'] as const;

export type IsolationLevel = 'read committed' | (typeof STRICTER_LEVELS)[number];

/**
 * What a database or a role may have as its `default_transaction_isolation`. The lock must be right under each;
 * `npm test` tries the default of Postgres only.
 */
export const ISOLATION_LEVELS: readonly IsolationLevel[] = [
  'read committed',
  ...(TESTS_EVERYTHING ? STRICTER_LEVELS : []),
];

/** The setting for `createDatabase`. */
export function isolatedAs(level: IsolationLevel): Record<string, string> {
  return { default_transaction_isolation: `'${level}'` };
}
