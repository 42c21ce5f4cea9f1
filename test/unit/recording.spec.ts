import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { terminalSvg } from '../../scripts/terminal-svg.mjs';

describe('the recording of the demo', () => {
  const svg = readFileSync('docs/images/demo.svg', 'utf8');

  test('weighs less than 150 KB', () => {
    expect(Buffer.byteLength(svg)).toBeLessThan(150_000);
  });

  test('needs no script, no font and nothing else from elsewhere', () => {
    const withoutNamespace = svg.replace('xmlns="http://www.w3.org/2000/svg"', '');
    expect(withoutNamespace).not.toMatch(/<script|@import|@font-face|url\(|href|https?:/);
  });

  test('shows the command and the verdict', () => {
    expect(svg).toContain('npm run demo -- --seconds 20');
    expect(svg).toMatch(/✔ \d+ ticks due: \d+ run once, 0 twice/);
  });
});

describe('a session that is drawn', () => {
  const lines = [
    { at: 0, text: '\x1b[1mhead\x1b[22m' },
    ...Array.from({ length: 40 }, (_, index) => ({ at: index * 100, text: `  line ${index}` })),
    { at: 60_000, text: 'a \x1b[32m<b> & c\x1b[39m d' },
  ];
  const svg = terminalSvg(lines, 'a title');

  test('keeps the colours, for light and for dark backgrounds', () => {
    expect(svg).toContain('a <tspan class="c32">&lt;b&gt; &amp; c</tspan> d</text>');
    expect(svg).toContain('<tspan class="b">head</tspan>');
    expect(svg.match(/\.c32 \{ fill: #\w{6} \}/g)).toHaveLength(2);
  });

  test('wraps a line that is wider than the terminal', () => {
    const wide = terminalSvg([{ at: 0, text: `\x1b[33m${'a'.repeat(119)}\x1b[39mbc` }], 'a title');
    expect(wide).toContain(`${'a'.repeat(119)}</tspan>b</text>`);
    expect(wide).toMatch(/<text x="0" y="33" textLength="8.4">c<\/text>/);
  });

  test('shows its end where nothing moves: 30 of its 42 lines, none of them covered', () => {
    expect(svg).toContain(`.page { transform: translateY(${-12 * 19}px); animation:`);
    expect(svg).toContain(`.cover { transform: translateY(${42 * 19}px); animation:`);
    expect(svg).toContain('@media (prefers-reduced-motion) { .page, .cover { animation: none } }');
  });

  test('shows one line after the other, scrolls when the window is full, and shortens a long pause', () => {
    const cover = [...(/@keyframes cover \{(.*)\}/.exec(svg)?.[1] ?? '').matchAll(/translateY\((\d+)px\)/g)];
    expect(cover.map(([, y]) => Number(y) / 19)).toEqual([2, ...Array.from({ length: 40 }, (_, n) => n + 3)]);
    expect(svg).toMatch(/@keyframes scroll \{.*translateY\(0px\).*translateY\(-228px\)\}\}/);
    const [, duration] = /animation: scroll (\d+)ms/.exec(svg) ?? [];
    expect(Number(duration)).toBeLessThan(20_000);
  });
});
