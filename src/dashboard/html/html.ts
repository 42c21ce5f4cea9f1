/** A piece of a page. Only `html` makes one, so that no other text gets into a page as it is. */
class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Html };

/** What stands in a template: nothing at all is written of `false`, `null` and `undefined`. */
export type Part = Html | string | number | false | null | undefined | readonly Part[];

/** The static parts of each template without what no parser needs, which would be a third of a page. */
const compacted = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A piece of a page: escapes every value but those that it has made itself. Attributes stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = staticTexts(strings);
  let result = texts[0] ?? '';
  parts.forEach((part, index) => (result += written(part) + (texts[index + 1] ?? '')));
  return new Html(result);
}

function staticTexts(strings: TemplateStringsArray): readonly string[] {
  let texts = compacted.get(strings);
  if (!texts) compacted.set(strings, (texts = strings.map(compact)));
  return texts;
}

/** Without line breaks, indentation, end tags that are implied, and the quotes of attributes that are one word. */
function compact(text: string): string {
  return text
    .replace(/\n\s*/g, '')
    .replace(/<\/(?:t[dhr]|li|d[td])>/g, '')
    .replace(/="([\w-]+)"(?=[ >])/g, '=$1');
}

function written(part: Part): string {
  if (part === false || part === null || part === undefined) return '';
  if (part instanceof Html) return part.toString();
  if (typeof part === 'object') return part.map(written).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // A parser turns a raw one into a line feed.
  '\r': '&#13;',
  // No parser keeps it, not even as a reference.
  '\0': '\ufffd',
};

function escaped(text: string): string {
  return text.toWellFormed().replace(/[&<>"'\r\0]/g, (character) => ENTITIES[character] ?? character);
}
