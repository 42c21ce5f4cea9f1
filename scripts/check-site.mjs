// Checks what `vitepress build` does not: that each anchor is there, and that no page asks another host for anything.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const SITE = 'build/docs';
/** Pages of the repository that link into the docs. */
const REPOSITORY = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'];

/** @type {string[]} */
const problems = [];
const pages = new Map(
  readdirSync(SITE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => [file, readFileSync(join(SITE, file), 'utf8')]),
);
const anchors = new Map(
  [...pages].map(([file, html]) => [file, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
);

/** @param {string} from @param {string} page @param {string | undefined} anchor */
function checkLink(from, page, anchor) {
  const known = anchors.get(page);
  if (!known) problems.push(`${from}: there is no page ${page}`);
  else if (anchor && !known.has(decodeURIComponent(anchor)))
    problems.push(`${from}: ${page} has no #${anchor}`);
}

for (const [file, html] of pages) {
  for (const [, path, anchor] of html.matchAll(/<a [^>]*?href="(\/[^"#]*)?(?:#([^"]*))?"/g)) {
    if (path === undefined && anchor === undefined) continue;
    const page = path === undefined ? file : path.slice(1).replace(/(^|\/)$/, '$1index.html');
    if (page.endsWith('.html')) checkLink(file, page, anchor);
  }
  for (const [, url] of html.matchAll(
    /<(?:script|link|img|source|iframe)[^>]*? (?:src|href|srcset)="((?:https?:)?\/\/[^"]*)"/g,
  ))
    problems.push(`${file}: asks ${url}`);
  if (html.includes('Code snippet path not found')) problems.push(`${file}: a snippet has no file`);
}

for (const file of readdirSync(join(SITE, 'assets'), { encoding: 'utf8' }).filter((name) =>
  name.endsWith('.css'),
)) {
  for (const [, url] of readFileSync(join(SITE, 'assets', file), 'utf8').matchAll(
    /(?:url\(|@import )["']?((?:https?:)?\/\/[^"')]+)/g,
  ))
    problems.push(`assets/${file}: asks ${url}`);
}

for (const file of REPOSITORY) {
  for (const [, target = '', anchor] of readFileSync(file, 'utf8').matchAll(
    /\]\(([^()\s#:]+)(?:#([^()\s]+))?\)/g,
  )) {
    const path = posix.join(dirname(file), target);
    if (path.startsWith('docs/') && path.endsWith('.md'))
      checkLink(file, path.replace(/^docs\//, '').replace(/\.md$/, '.html'), anchor);
    else if (!existsSync(path)) problems.push(`${file}: there is no ${path}`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`${pages.size} pages, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
