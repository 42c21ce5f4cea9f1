// `npm run docs:recording`: runs the demo in a terminal and draws what it printed as docs/images/demo.svg.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { terminalSvg } from './terminal-svg.mjs';

const PICTURE = new URL('../docs/images/demo.svg', import.meta.url);
const COMMAND = 'npm run demo -- --seconds 20';

// `script` of util-linux gives it a terminal: without one the demo prints no colours.
const { NO_COLOR: _, ...env } = process.env;
const session = spawn(
  'script',
  ['--quiet', '--return', '--command', COMMAND.replace('run', 'run --silent'), '/dev/null'],
  {
    env: { ...env, TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const ended = once(session, 'close');

/** @type {{ at: number, text: string }[]} */
const lines = [];
for await (const text of createInterface({ input: session.stdout })) {
  console.log(text);
  lines.push({ at: Date.now(), text: text.trimEnd() });
}
const [code] = await ended;
if (code !== 0) throw new Error(`${COMMAND} ended with ${code}: docs/images/demo.svg is left as it was`);

const prompt = { at: (lines[0]?.at ?? 0) - 1_000, text: `\x1b[90m$\x1b[39m \x1b[1m${COMMAND}\x1b[22m` };
const title =
  'The demo in a terminal: three replicas run the tasks, one is killed in the middle of a run, a task is paused. ' +
  'The verdict says that each tick ran once.';
writeFileSync(PICTURE, terminalSvg([prompt, ...lines], title));
