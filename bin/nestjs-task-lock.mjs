#!/usr/bin/env node
// An ES module, whatever the application is: `npx nestjs-task-lock` starts it as a program of its own.
import '../dist/src/cli/main.js';
