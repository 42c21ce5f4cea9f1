import { SCRIPT } from '../script.js';
import { STYLE } from '../style.js';
import type { Frame } from '../views.js';
import { html } from './html.js';
import type { Html, Part } from './html.js';
import { shown, visible } from './shown.js';

interface PageParts {
  /** What the tab of the browser shows, before the title of the dashboard. */
  heading: string;
  main: Html;
  /** Whether the script refreshes its regions. */
  isLive?: boolean;
  retryAfter?: number;
}

/** A whole page. Style and script are the only texts that stand in it as they are. */
export function documentOf(
  frame: Pick<Frame, 'title' | 'home'> & Partial<Pick<Frame, 'user' | 'now'>>,
  { heading, main, isLive = false, retryAfter }: PageParts,
): string {
  const { title, home, user, now } = frame;
  const head = html`
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="color-scheme" content="light dark">
    ${retryAfter !== undefined && html`<noscript><meta http-equiv="refresh" content="${retryAfter}"></noscript>`}
    <title>${heading !== title && `${visible(heading)} · `}${visible(title)}</title>`;
  const retry = retryAfter !== undefined && html` data-retry="${retryAfter}"`;
  const body = html`
    </head>
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header class="bar">
    <a class="brand" href="${home}">${LOGO}${shown(title)}</a>
    ${isLive && html`<p id="live" role="status"></p>`}
    ${user !== undefined && html`<span class="user">${USER}<span class="vh">Signed in as </span>${shown(user)}</span>`}
    </header>
    <main id="main" tabindex="-1"${now && html` data-now="${now.toISOString()}"`}${retry}>${main}</main>`;
  const script = now || retry ? `<script>${SCRIPT}</script>` : '';
  return `${head.toString()}<style>${STYLE}</style>${body.toString()}${script}</body></html>`;
}

/** A part of a page that the script brings up to date: what is in it may change, and its element stays. */
export function region(id: string, content: Part): Html {
  return html`<div id="${id}" data-region>${content}</div>`;
}

const LOGO = html`
  <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
  <path class="lock" d="M7.5 11V8a4.5 4.5 0 0 1 9 0v3"/>
  <path d="M7 10.5h10a2 2 0 0 1 2 2V18a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-5.5a2 2 0 0 1 2-2z"/></svg>`;

const USER = html`
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  <circle cx="8" cy="5" r="3"/><path d="M2 15a6 6 0 0 1 12 0z"/></svg>`;
