// `node bench/build.mjs dist bench peers runtimes` builds these parts: the package, the bench itself, the locks that it is
// compared with, and other versions of Node. It leaves out what is up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));

const MANIFESTS = ['package-lock.json', 'tsconfig.json'];

/** @type {{ part: string, made: string, from: string[], by: string }[]} each made in this order */
const STEPS = [
  {
    part: 'dist',
    made: 'dist/cjs/package.json',
    from: [
      ...MANIFESTS,
      'src',
      'migrations',
      'tsconfig.build.json',
      'tsconfig.cjs.json',
      'tsconfig.types.json',
      'scripts/finish-dist.mjs',
    ],
    by: 'npm run build',
  },
  {
    part: 'peers',
    made: 'bench/peers/node_modules/.package-lock.json',
    from: ['bench/peers/package.json', 'bench/peers/package-lock.json'],
    by: 'npm ci --prefix bench/peers --no-audit --no-fund --silent',
  },
  {
    part: 'runtimes',
    made: 'bench/runtimes/node_modules/.package-lock.json',
    from: ['bench/runtimes/package.json'],
    by: 'npm install --prefix bench/runtimes --no-package-lock --no-audit --no-fund --silent',
  },
  {
    part: 'peers',
    made: 'bench/peers/build/peers/replica.js',
    from: [...MANIFESTS, 'bench/peers', 'bench/support'],
    by: 'npx tsc -p bench/peers/tsconfig.json',
  },
  {
    part: 'bench',
    made: 'build/bench/bench.js',
    from: [...MANIFESTS, 'bench', 'src', 'migrations', 'examples/support'],
    by: 'npx tsc -p bench/tsconfig.json',
  },
];

const parts = process.argv.slice(2);
for (const { part, made, from, by } of STEPS) {
  if (!parts.includes(part) || newest([made]) > newest(from)) continue;
  console.log(by);
  const { status } = spawnSync(by, { shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // tsc leaves a file as it is where it would write the same.
  if (existsSync(made)) utimesSync(made, new Date(), new Date());
}

/** When the newest of these was changed; folders with all that is in them and was not made. @param {string[]} paths */
function newest(paths) {
  return Math.max(...paths.map(changedAt));
}

/** @param {string} path @returns {number} */
function changedAt(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  const made = ['node_modules', 'build', 'plots'];
  const within = readdirSync(path).filter((name) => !made.includes(name) && !name.endsWith('.md'));
  return Math.max(0, ...within.map((name) => changedAt(join(path, name))));
}
