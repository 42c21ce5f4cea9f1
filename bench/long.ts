import { mkdirSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { measureScale } from './measurements/scale.js';
import { measureWeek } from './measurements/week.js';
import { drawWeek } from './plots.js';
import { scaleReport } from './scale-report.js';
import { weekReport } from './week-report.js';
import { verdictsOf } from './week-verdict.js';

/** How much of a long measurement is taken: what is shorter than the whole writes nothing. */
export interface Extent {
  smoke: boolean;
  /** Of the week, for which an hour stands. */
  minutes: number;
}

/** What takes long, has a server of its own, and writes a file of its own: `--only` takes them, and no whole run does. */
export const LONG: Readonly<Record<'scale' | 'week', (extent: Extent) => Promise<void>>> = {
  scale: async ({ smoke }) => {
    const size = smoke ? { replicas: 10, tasks: 100 } : { replicas: 200, tasks: 1_000 };
    const { findings, postgres, pooler } = await measureScale(size, tell);
    const text = await inMarkdown(scaleReport(size, findings, postgres, pooler));
    if (!smoke) writeFileSync('bench/SCALE.md', text);
    else console.log(text);
  },
  week: async ({ smoke, minutes }) => {
    const played = smoke ? 1 : minutes;
    const findings = await measureWeek(played * WEEK_IN_AN_HOUR, tell);
    const text = await inMarkdown(weekReport(findings));
    if (played < WHOLE_WEEK) console.log(text);
    else {
      mkdirSync('bench/plots', { recursive: true });
      writeFileSync('bench/plots/week.svg', await drawWeek(findings.samples));
      writeFileSync('bench/WEEK.md', text);
    }
    const growing = verdictsOf(findings.samples).filter(({ isBounded }) => !isBounded);
    if (smoke || growing.length === 0) return;
    process.exitCode = 1;
    console.error(`grows: ${growing.map(({ what }) => what).join(', ')}`);
  },
};

/** Minutes that are played in one, if the machine keeps up. */
const WEEK_IN_AN_HOUR = 168;
export const WHOLE_WEEK = 60;

function tell(line: string): void {
  console.log(`  ${line}`);
}

function inMarkdown(text: string): Promise<string> {
  return format(text, { parser: 'markdown', printWidth: 110 });
}
