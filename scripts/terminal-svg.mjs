// Draws the lines of a terminal session as an animated SVG: no script, no font of its own, readable in the light and dark.

const ROWS = 30;
const COLUMNS = 120;
const FONT_SIZE = 14;
const LINE_HEIGHT = 19;
/** The width of a character: lines are stretched to it, whichever monospace font the reader has. */
const ADVANCE = 8.4;
const PADDING = 16;

/** How the session is shortened, in milliseconds. */
const LONGEST_PAUSE = 1_200;
const SPEED = 1.5;
const REST_ON_THE_END = 10_000;

/** Colours of GitHub's palettes, for light and for dark backgrounds. */
const COLOURS = {
  background: ['#ffffff', '#0d1117'],
  border: ['#d0d7de', '#30363d'],
  text: ['#1f2328', '#e6edf3'],
  31: ['#cf222e', '#ff7b72'],
  32: ['#116329', '#56d364'],
  33: ['#7d4e00', '#e3b341'],
  34: ['#0550ae', '#79c0ff'],
  35: ['#8250df', '#d2a8ff'],
  36: ['#1b7c83', '#56d4dd'],
  90: ['#59636e', '#8b949e'],
};

/**
 * @param {{ at: number, text: string }[]} lines each with the milliseconds at which it was complete, and its colours
 * @param {string} title what a reader sees who does not see the picture
 * @returns {string}
 */
export function terminalSvg(lines, title) {
  const rows = lines.flatMap(({ at, text }) => wrapped(pieces(text)).map((row) => ({ at, row })));
  const [width, height] = [Math.ceil(COLUMNS * ADVANCE), ROWS * LINE_HEIGHT];
  const [fullWidth, fullHeight] = [width + 2 * PADDING, height + 2 * PADDING];
  const { steps, duration } = pace(rows);
  const percent = (/** @type {number} */ at) => `${Number(((at / duration) * 100).toFixed(2))}%`;
  const scroll = (/** @type {number} */ shown) => -Math.max(0, shown - ROWS) * LINE_HEIGHT;
  const keyframes = (/** @type {(shown: number) => number} */ y) =>
    steps.map(({ at, shown }) => `${percent(at)}{transform:translateY(${y(shown)}px)}`).join('');

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}" role="img">
<title>${escape(title)}</title>
<style>
${styles(0)}
@media (prefers-color-scheme: dark) {
${styles(1)}
}
text { white-space: pre; font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
.b { font-weight: 600 }
.page { transform: translateY(${scroll(rows.length)}px); animation: scroll ${duration}ms step-end infinite }
.cover { transform: translateY(${rows.length * LINE_HEIGHT}px); animation: cover ${duration}ms step-end infinite }
@keyframes scroll {${keyframes(scroll)}}
@keyframes cover {${keyframes((shown) => shown * LINE_HEIGHT)}}
@media (prefers-reduced-motion) { .page, .cover { animation: none } }
</style>
<rect class="window" x=".5" y=".5" width="${fullWidth - 1}" height="${fullHeight - 1}" rx="8"/>
<svg x="${PADDING}" y="${PADDING}" width="${width}" height="${height}">
<g class="page">
${rows
  .map(({ row }, index) => line(row, index))
  .filter(Boolean)
  .join('\n')}
<rect class="cover" width="${width}" height="${rows.length * LINE_HEIGHT}"/>
</g>
</svg>
</svg>
`;
}

/**
 * When how many lines are shown. Pauses are shortened, and the end stays for a while.
 *
 * @param {{ at: number }[]} lines
 */
function pace(lines) {
  const steps = [{ at: 0, shown: 1 }];
  let now = 0;
  for (const [index, { at }] of lines.entries()) {
    const since = index === 0 ? 0 : at - (lines[index - 1]?.at ?? 0);
    now += Math.min(since, LONGEST_PAUSE) / SPEED;
    const last = steps.at(-1);
    if (last && now - last.at < 20) last.shown = index + 1;
    else steps.push({ at: now, shown: index + 1 });
  }
  return { steps, duration: Math.ceil(now + REST_ON_THE_END) };
}

/**
 * The parts of a line that look alike.
 *
 * @param {string} text with the escape sequences of its colours
 */
function pieces(text) {
  /** @type {{ text: string, style: string }[]} */
  const found = [];
  let [colour, bold] = ['', false];
  for (const [, codes, plain] of text.matchAll(/\x1b\[([\d;]*)m|([^\x1b]+)/g)) {
    if (plain !== undefined) {
      found.push({ text: plain, style: `${bold ? 'b ' : ''}${colour}`.trim() });
      continue;
    }
    for (const code of (codes || '0').split(';').map(Number)) {
      if (code === 0 || code === 39) colour = '';
      else if (code in COLOURS) colour = `c${code}`;
      if (code === 1) bold = true;
      else if (code === 0 || code === 22) bold = false;
    }
  }
  return found;
}

/**
 * The rows that a terminal shows a line in.
 *
 * @param {{ text: string, style: string }[]} line
 */
function wrapped(line) {
  /** @type {{ text: string, style: string }[][]} */
  const rows = [[]];
  let room = COLUMNS;
  for (const { text, style } of line) {
    for (let start = 0; start < text.length;) {
      if (room === 0) {
        rows.push([]);
        room = COLUMNS;
      }
      const part = text.slice(start, start + room);
      rows.at(-1)?.push({ text: part, style });
      start += part.length;
      room -= part.length;
    }
  }
  return rows;
}

/**
 * @param {{ text: string, style: string }[]} row
 * @param {number} index
 */
function line(row, index) {
  const text = row.map((piece) => piece.text).join('');
  const indent = text.length - text.trimStart().length;
  if (indent === text.length) return '';
  const [first, ...rest] = row;
  const spans = [{ ...first, text: first?.text.slice(indent) ?? '' }, ...rest].map((piece) =>
    piece.style ? `<tspan class="${piece.style}">${escape(piece.text)}</tspan>` : escape(piece.text),
  );
  const [x, y] = [indent * ADVANCE, index * LINE_HEIGHT + FONT_SIZE];
  const length = (text.length - indent) * ADVANCE;
  return `<text x="${fixed(x)}" y="${y}" textLength="${fixed(length)}">${spans.join('')}</text>`;
}

/** @param {number} scheme 0 for light, 1 for dark */
function styles(scheme) {
  const { background, border, text, ...colours } = COLOURS;
  return [
    `.window { fill: ${background[scheme]}; stroke: ${border[scheme]} } .cover { fill: ${background[scheme]} }`,
    `text { fill: ${text[scheme]} }`,
    ...Object.entries(colours).map(([code, shades]) => `.c${code} { fill: ${shades[scheme]} }`),
  ].join('\n');
}

/** @param {number} value */
const fixed = (value) => Number(value.toFixed(1));

/** @param {string} text */
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
