// `npm run docs:rooms`: draws who imports whom into docs/architecture.md, as dependency-cruiser sees it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../docs/architecture.md', import.meta.url);
const PICTURE = /(<!-- rooms -->\n)[^]*?(<!-- \/rooms -->)/;

const options = [
  '--include-only',
  '^src/',
  '--exclude',
  '^src/[^/]+\\.ts$',
  '--collapse',
  '^src/(store/(postgres|memory)|[^/]+)',
];
const drawn = execFileSync(
  'npx',
  ['depcruise', 'src', '--config', '.dependency-cruiser.mjs', ...options, '--output-type', 'mermaid'],
  {
    encoding: 'utf8',
  },
);
const page = readFileSync(PAGE, 'utf8');
if (!PICTURE.test(page))
  throw new Error('docs/architecture.md has no place for the picture: <!-- rooms --> … <!-- /rooms -->');
writeFileSync(
  PAGE,
  page.replace(PICTURE, (_, start, end) => `${start}\n\`\`\`mermaid\n${drawn.trim()}\n\`\`\`\n\n${end}`),
);
