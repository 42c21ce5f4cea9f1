import { withoutColour } from './paint.js';
import type { Paint } from './paint.js';
import { plain } from './plain.js';
import { Secrets } from './secrets.js';
import type { Terminal } from './terminal.js';
import { shortened, wrapped } from './wrap.js';
import { timeText } from './times.js';
import type { TimeStyle } from './times.js';

export interface OutputOptions {
  format: 'text' | 'json';
  time: TimeStyle;
  secrets: Secrets;
  paint?: Paint;
}

/** What a verb shows: JSON as the service answers it, or text for people. */
export class Output {
  readonly paint: Paint;
  private readonly secrets: Secrets;
  readonly isJson: boolean;

  constructor(
    private readonly terminal: Pick<Terminal, 'write' | 'writeError' | 'width' | 'errorWidth'>,
    private readonly options: OutputOptions,
    /** The database's clock, by which times are relative. */
    private now: Date = new Date(),
  ) {
    this.paint = options.paint ?? withoutColour;
    this.secrets = options.secrets;
    this.isJson = options.format === 'json';
  }

  /** From now on times are relative to this instant. */
  setNow(now: Date): void {
    this.now = now;
  }

  /** A value as JSON, or its lines as text. */
  show(value: unknown, lines: () => readonly string[]): void {
    this.terminal.write(
      this.isJson
        ? `${this.json(value)}\n`
        : lines()
            .map((line) => `${line}\n`)
            .join(''),
    );
  }

  json(value: unknown): string {
    return JSON.stringify(this.hidden(value, ''), undefined, 2);
  }

  /** A value as JSON on one line. */
  jsonLine(value: unknown): string {
    return JSON.stringify(this.hidden(value, ''));
  }

  /** A line for whoever looks on, beside the output: what is about to be done, a warning. */
  remark(line: string): void {
    for (const each of wrapped(line, this.terminal.errorWidth ?? Infinity))
      this.terminal.writeError(`${each}\n`);
  }

  /** Columns for the output: without an end where a file or another program reads it. */
  get width(): number {
    return this.terminal.width ?? Infinity;
  }

  /** A sentence as lines that fit the terminal; those after the first are indented. */
  prose(sentence: string, indent = ''): string[] {
    return wrapped(sentence, this.width, indent);
  }

  /** The id of a replica, which may be long: on a terminal its beginning. */
  replica(id: string): string {
    const text = this.text(id);
    return this.width === Infinity ? text : shortened(text, LONGEST_REPLICA);
  }

  /** A text of somebody else: an error, a reason, the id of a replica. */
  text(foreign: string | null | undefined): string {
    return plain(this.secrets.hide(foreign ?? ''));
  }

  /** A sentence of ours that quotes somebody else. */
  sentence(text: string): string {
    return plain(this.secrets.hideAmongWords(text));
  }

  /** A name that a program may look for: it stays as it is, also where a password is a part of it. */
  name(foreign: string | null | undefined): string {
    return plain(Secrets.hideCredentials(foreign ?? ''));
  }

  time(iso: string | null): string {
    return timeText(iso, this.options.time, this.now);
  }

  isPast(iso: string | null): boolean {
    return iso !== null && Date.parse(iso) <= this.now.getTime();
  }

  /** `of` is the name of the field. */
  private hidden(value: unknown, of: string): unknown {
    if (typeof value === 'string') {
      if (SENTENCES.has(of)) return this.secrets.hideAmongWords(value);
      return FOREIGN_TEXTS.has(of) ? this.secrets.hide(value) : Secrets.hideCredentials(value);
    }
    if (Array.isArray(value)) return value.map((each) => this.hidden(each, of));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.hidden(each, key)]));
  }
}

const LONGEST_REPLICA = 24;

/** Where people, drivers and servers write. */
const FOREIGN_TEXTS = new Set(['error', 'reason', 'answer', 'by', 'replica']);
/** Where we write, and quote them. Everything else is a name, a number or an instant. */
const SENTENCES = new Set(['message', 'sentences', 'unknown', 'warnings']);
