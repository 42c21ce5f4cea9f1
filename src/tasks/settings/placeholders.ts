import type { ConfigValues } from './config-values.js';

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
