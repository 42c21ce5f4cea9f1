import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { SHORTEST_RUN } from '../chaos/plan.js';

const SECONDS = SHORTEST_RUN / 1_000;
/** A start and an end of ten processes besides, on a machine that has other things to do. */
const PATIENCE = 300_000;

let chaos: ChildProcess | undefined;

afterEach(() => {
  // Its replicas and its database end with it.
  if (chaos?.exitCode === null) chaos.kill('SIGKILL');
});

test(
  'ten replicas keep what is promised while a seed kills, stops and restarts things around them',
  async () => {
    const seed = randomInt(2 ** 32);
    console.info(`npm run test:chaos -- --seconds ${SECONDS} --seed ${seed}`);
    const options = ['--seconds', String(SECONDS), '--seed', String(seed)];
    chaos = spawn(process.execPath, ['build/replicas/test/chaos/cli.js', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    const keep = (chunk: Buffer): void => void output.push(chunk.toString());
    chaos.stdout?.on('data', keep);
    chaos.stderr?.on('data', keep);
    const exitCode = await new Promise((resolve) => chaos?.once('close', resolve));
    if (exitCode !== 0) throw new Error(`exit code ${String(exitCode)}:\n${output.join('')}`);
    expect(output.join('')).toContain('0 run twice');
  },
  PATIENCE,
);
