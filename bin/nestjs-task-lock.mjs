#!/usr/bin/env node
// An ES module, whatever the application is: `npx nestjs-task-lock` starts it as a program of its own.
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/cli/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('nestjs-task-lock is not built here: run `npm run build` first, in its own folder\n');
  process.exitCode = 1;
}
