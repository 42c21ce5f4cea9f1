import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, stopAll } from './processes.mjs';
import { Report } from './report.mjs';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A program of this repository's own dependencies. @param {string} name */
export const tool = (name) => join(ROOT, 'node_modules', '.bin', name);

/**
 * Packs the package into a folder of its own, tries the tarball there, and removes the folder. The process then ends with
 * 1 if something failed.
 *
 * @param {readonly string[]} build the command that builds the package
 * @param {(trial: { workspace: string, tarball: string, packed: string, report: Report }) => Promise<void>} work
 */
export async function tryTarball([program = 'npm', ...args], work) {
  const report = new Report();
  const workspace = await mkdtemp(join(tmpdir(), 'task-lock-consumers-'));
  // Where this process is root, Postgres runs as another user, from here.
  await chmod(workspace, 0o755);
  // Also where an error that nobody caught ends the process.
  process.on('exit', () => {
    stopAll();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopAll);
  try {
    const built = await run(program, args, { cwd: ROOT });
    report.add('the package', 'builds', built);
    // Without `prepack`, which builds once more.
    const pack = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', workspace], {
      cwd: ROOT,
    });
    report.add('the package', 'packs', pack);
    const [file] = (await readdir(workspace)).filter((name) => name.endsWith('.tgz'));
    if (built.succeeded && file !== undefined)
      await work({ workspace, tarball: join(workspace, file), packed: pack.output, report });
  } catch (error) {
    report.failed++;
    console.error(error instanceof Error ? error.message : error);
  } finally {
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(`${report.passed} passed, ${report.failed} failed`);
  process.exitCode = report.failed === 0 ? 0 : 1;
}
