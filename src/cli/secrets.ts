/** The user and password of a URL, wherever it stands in a text. A password may contain an unescaped `@`. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/]*@/giu;
/** A mistyped URL of Postgres: without its slashes, or with a slash in its password. */
const MISTYPED = /\b(postgres(?:ql)?:(?:\/\/[^\s:/?#@]*:|(?!\/\/)))\S*@/giu;
/** A password among the parameters of a connection string. */
const PARAMETER = /\b((?:pg|ssl)?password)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'"]+)/giu;

const HIDDEN = '***';

/** Keeps passwords out of what is printed. */
export class Secrets {
  private readonly known: readonly string[];

  constructor(passwords: readonly (string | undefined)[]) {
    this.known = passwords.flatMap((each) => (each ? [each, encodeURIComponent(each)] : []));
  }

  /** The text without the credentials of URLs, and without the passwords that this connection uses. */
  hide(text: string): string {
    // Whole URLs first: a known password that is also a word of the URL would leave the rest of it readable.
    let hidden = Secrets.hideCredentials(text);
    for (const password of this.known) hidden = hidden.replaceAll(password, HIDDEN);
    return hidden;
  }

  /**
   * The same of a sentence of ours that quotes others: a password that is only a part of a word is no password there, so
   * that a short one leaves the words readable.
   */
  hideAmongWords(text: string): string {
    let hidden = Secrets.hideCredentials(text);
    for (const password of this.known) hidden = hidden.replace(asWord(password), HIDDEN);
    return hidden;
  }

  static hideCredentials(text: string): string {
    return text
      .replace(CREDENTIALS, `$1:${HIDDEN}@`)
      .replace(MISTYPED, `$1${HIDDEN}@`)
      .replace(PARAMETER, `$1$2${HIDDEN}`);
  }
}

const WORD = String.raw`[\p{L}\p{N}]`;

/** No letter or digit stands beside one of its own. */
function asWord(password: string): RegExp {
  const before = new RegExp(`^${WORD}`, 'u').test(password) ? `(?<!${WORD})` : '';
  const after = new RegExp(`${WORD}$`, 'u').test(password) ? `(?!${WORD})` : '';
  return new RegExp(before + password.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`) + after, 'gu');
}
