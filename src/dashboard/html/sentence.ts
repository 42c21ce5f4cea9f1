import { html } from './html.js';
import type { Html, Part } from './html.js';
import { shown } from './shown.js';
import { absolute } from './times.js';

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)/;

/** A sentence of the service. Its instants are shown as people write them, with the exact ones in their titles. */
export function sentence(text: string, now: Date): Html {
  const parts: Part[] = text
    .split(INSTANT)
    .map((part, index) => (part === '' ? null : index % 2 === 1 ? absolute(part, now) : shown(part)));
  return html`${parts}`;
}
