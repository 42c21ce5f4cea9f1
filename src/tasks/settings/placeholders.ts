/** A placeholder is not well formed, or has neither a value nor a default. */
export class PlaceholderError extends Error {}

/**
 * Replaces each `${path:default}` of a text by its value. The default begins after the first colon, and may hold
 * placeholders of its own. If the text is a single placeholder, the value keeps its type: a number from the
 * configuration stays a number of milliseconds.
 *
 * @throws PlaceholderError
 */
export function resolvePlaceholders(text: string, values: ConfigValues): string | number {
  const parts: (string | number)[] = [];
  let rest = text;
  for (let start = rest.indexOf('${'); start !== -1; start = rest.indexOf('${')) {
    const end = closingBrace(rest, start, text);
    if (start > 0) parts.push(rest.slice(0, start));
    parts.push(valueOf(rest.slice(start + 2, end), values));
    rest = rest.slice(end + 1);
  }
  if (rest !== '' || parts.length === 0) parts.push(rest);
  return parts.length === 1 ? parts[0]! : parts.join('');
}

function valueOf(placeholder: string, values: ConfigValues): string | number {
  const colon = placeholder.indexOf(':');
  const path = (colon === -1 ? placeholder : placeholder.slice(0, colon)).trim();
  if (path === '' || path.includes('${')) {
    throw new PlaceholderError(
      `'\${${placeholder}}' names no value: write it like '\${path.to.key:default}'`,
    );
  }
  const value = values.lookUp(path);
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value !== undefined && value !== null) {
    throw new PlaceholderError(
      `'\${${placeholder}}' is a ${typeof value} in the configuration: it must be a string or a number`,
    );
  }
  if (colon !== -1) return resolvePlaceholders(placeholder.slice(colon + 1), values);
  throw new PlaceholderError(
    `'\${${placeholder}}' has no value: set ${values.describe(path)}, or give a default: '\${${path}:...}'`,
  );
}

function closingBrace(text: string, start: number, whole: string): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    if (text.startsWith('${', index)) depth++;
    else if (text[index] === '}' && --depth === 0) return index;
  }
  throw new PlaceholderError(`'${whole}' has a placeholder without its closing brace`);
}

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
