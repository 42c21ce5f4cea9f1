/** The part of `ConfigService` from @nestjs/config that placeholders need. */
export interface ConfigReader {
  get(path: string): unknown;
}

/**
 * Where placeholders find their values: the environment variable of that very name, then its upper-snake form, then the
 * application's `ConfigService`. The environment comes first, so that an operator's variable wins over a default in a
 * configuration factory. An empty variable counts as not set.
 */
export class ConfigValues {
  constructor(
    private readonly environment: Readonly<Record<string, string | undefined>>,
    /** Called only when a placeholder needs it: most tasks have none. */
    private readonly config: () => ConfigReader | undefined = () => undefined,
  ) {}

  lookUp(path: string): unknown {
    const variable = this.environment[path] || this.environment[upperSnake(path)];
    if (variable) return variable;
    const configured = this.config()?.get(path);
    // ConfigService reads the environment too, and returns an empty variable as ''.
    return configured === '' ? undefined : configured;
  }

  /** Names every place that was searched, for the error about a missing value. */
  describe(path: string): string {
    const variables = [...new Set([path, upperSnake(path)])].join(' or ');
    return `the environment variable ${variables}${this.config() ? `, and ConfigService.get('${path}')` : ''}`;
  }
}

/** `citations.refreshEvery` is CITATIONS_REFRESH_EVERY. */
export function upperSnake(path: string): string {
  return path
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
