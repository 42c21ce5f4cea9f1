import { html } from './html.js';
import type { Html } from './html.js';

/** What has no glyph, or turns the direction of what stands around it. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** ASCII turns no direction, and most texts are nothing else. */
const DIRECTIONLESS = /^[ -~]*$/;

/** A text of somebody else with what is unseen in it made visible. It can pass for no other text. */
export function visible(text: string): string {
  return text.replace(UNSEEN, symbolOf);
}

/** A name, a reason, a replica: visible, and unable to turn the direction of what follows. */
export function shown(text: string): Html {
  return DIRECTIONLESS.test(text) ? html`${text}` : html`<bdi>${visible(text)}</bdi>`;
}

/** An error of many lines keeps its line ends and indentation. */
export function shownLines(text: string): Html {
  const lines = text.replace(/\r\n/g, '\n');
  return html`<bdi>${lines.replace(UNSEEN, (unseen) => (/[\n\t]/.test(unseen) ? unseen : symbolOf(unseen)))}</bdi>`;
}

/** Its code: few fonts have the pictures that Unicode has of control characters. */
function symbolOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}
