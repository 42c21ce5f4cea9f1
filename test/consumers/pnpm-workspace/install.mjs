// Installs the workspace with pnpm, in a folder that sees no node_modules of npm, and runs its tests there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const tarball = resolve(here, dependencies['nestjs-task-lock'].replace('file:', ''));
const folder = mkdtempSync(join(tmpdir(), 'task-lock-workspace-'));
try {
  cpSync(join(here, 'workspace'), folder, { recursive: true });
  for (const name of ['app', 'jobs']) {
    const file = join(folder, name, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    manifest.dependencies['nestjs-task-lock'] = `file:${tarball}`;
    writeFileSync(file, JSON.stringify(manifest));
  }
  const flags = ['--store-dir', join(folder, 'store'), '--prefer-offline'];
  run(join(here, 'node_modules', '.bin', 'pnpm'), ['install', ...flags], folder);
  run(process.execPath, ['--test-reporter=tap', 'app.test.js'], join(folder, 'app'));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function run(file, args, cwd) {
  const { status } = spawnSync(file, args, { cwd, stdio: 'inherit', env: { ...process.env, CI: '1' } });
  if (status !== 0) process.exitCode = 1;
}
