/** What a database or a role may have as its `default_transaction_isolation`: the lock must be right under each. */
export const ISOLATION_LEVELS = ['read committed', 'repeatable read', 'serializable'] as const;

/** The setting for `createDatabase`. */
export function isolatedAs(level: (typeof ISOLATION_LEVELS)[number]): Record<string, string> {
  return { default_transaction_isolation: `'${level}'` };
}
