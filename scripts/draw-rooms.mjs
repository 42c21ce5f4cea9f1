// `npm run docs:rooms`: lists who imports whom in docs/architecture.md, as dependency-cruiser sees it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../docs/architecture.md', import.meta.url);
const LIST = /(<!-- rooms -->\n)[^]*?(<!-- \/rooms -->)/;

const options = [
  '--include-only',
  '^src/',
  '--exclude',
  '^src/[^/]+\\.ts$',
  '--collapse',
  '^src/(store/(postgres|memory)|[^/]+)',
];
const cruised = execFileSync(
  'npx',
  ['depcruise', 'src', '--config', '.dependency-cruiser.mjs', ...options, '--output-type', 'json'],
  { encoding: 'utf8' },
);
/** @type {{ modules: { source: string, dependencies: { resolved: string }[] }[] }} */
const { modules } = JSON.parse(cruised);
const nameOf = (/** @type {string} */ path) => `\`${path.replace(/^src\//, '')}\``;
const rows = modules
  .map(({ source, dependencies }) => {
    const imported = [...new Set(dependencies.map(({ resolved }) => resolved))].filter(
      (room) => room !== source,
    );
    return { room: nameOf(source), imports: imported.map(nameOf).sort() };
  })
  .sort((a, b) => a.imports.length - b.imports.length || a.room.localeCompare(b.room))
  .map(({ room, imports }) => `| ${room} | ${imports.join(', ') || 'nothing'} |`);
const list = ['| room | imports |', '| --- | --- |', ...rows].join('\n');

const page = readFileSync(PAGE, 'utf8');
if (!LIST.test(page))
  throw new Error('docs/architecture.md has no place for the list: <!-- rooms --> … <!-- /rooms -->');
writeFileSync(
  PAGE,
  page.replace(LIST, (_, start, end) => `${start}\n${list}\n\n${end}`),
);
