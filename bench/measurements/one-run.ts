import { median } from 'simple-statistics';
import type { CycleCommand, CycleSide } from '../children/cycle.js';
import type { Effort } from '../effort.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import { inRounds, quartiles } from '../samples.js';
import type { Rounds } from '../samples.js';
import type { BenchDatabase } from '../support/bench-database.js';
import { startChild } from '../support/child.js';

const RUNS_A_TURN = 20;
const TURNS = 60;
/** Where a flush takes long, all rounds are alike. */
const SLOW_TURNS = 24;
/** By then V8 has compiled what a run needs. */
const WARM = 4_000;
const COLD = 100;
const COLD_PROCESSES = 9;
/** Microseconds added to each flush: a floor that is a flush measures the disk, and each disk is another. */
const ADDED_FLUSHES = [0, 300, 1_000, 3_000];

const PLAIN = 'claim + empty run + release of a decorated method, `history: false`, ÷ two durable updates';
const RECORDED = 'the same with history ÷ two durable updates';

/** `name`: of the row; `goal`: by what was added to a flush. */
const ROWS: { side: CycleSide; name: string; goals?: Record<number, number>; onlyUnslowed?: true }[] = [
  { side: 'plain', name: PLAIN, goals: { 0: 1.25, 3_000: 0.55 } },
  { side: 'recorded', name: RECORDED, goals: { 0: 1.4, 3_000: 0.55 } },
  {
    side: 'statements',
    name: 'of it, the two statements raw, sent by the bare driver ÷ two durable updates',
  },
  {
    side: 'samePromises',
    name: 'floor by a bare driver with the same promises: two lean statements, one name ÷ two durable updates',
  },
  { side: 'oneFlush', name: 'floor: one durable and one asynchronous update ÷ two durable updates' },
  {
    side: 'unprepared',
    name: 'the run without prepared statements ÷ two durable updates',
    onlyUnslowed: true,
  },
  {
    side: 'onConflict',
    name: 'beside it: `INSERT … ON CONFLICT` and an update, by named statements ÷ two durable updates',
    onlyUnslowed: true,
  },
  {
    side: 'transactions',
    name: 'beside it: the same, each in BEGIN and COMMIT ÷ two durable updates',
    onlyUnslowed: true,
  },
  {
    side: 'advisory',
    name: 'beside it: a session advisory lock, which outlives no connection and keeps no tick ÷ two durable updates',
    onlyUnslowed: true,
  },
];

type Cycles = (side: CycleSide, count: number) => Promise<number>;

/** Claim, empty run and release of a decorated method beside two durable updates, the floor of a durable lock by hand. */
export async function measureOneRun(database: BenchDatabase, effort: Effort): Promise<Finding[]> {
  const { cycles, end } = await startCycles(database.url);
  const findings: Finding[] = [];
  try {
    for (const side of ['plain', 'recorded'] as const) await cycles(side, effort.turns(WARM));
    for (const added of ADDED_FLUSHES.filter((each) => effort.takesContext || each % 3_000 === 0)) {
      await database.slowFlushes(added);
      findings.push(...(await measureWith(cycles, added, effort)));
    }
  } finally {
    await database.slowFlushes(0);
    await end();
  }
  return effort.takesContext ? [...findings, await measureCold(database.url, effort)] : findings;
}

async function measureWith(cycles: Cycles, added: number, effort: Effort): Promise<Finding[]> {
  const rows = ROWS.filter(({ side, onlyUnslowed }) =>
    effort.takesContext
      ? added === 0 || !onlyUnslowed
      : ['plain', 'recorded', 'statements', 'samePromises'].includes(side),
  );
  // The updates come last: all ratios are to them.
  const sides = [...rows.map(({ side }) => side), 'updates'] as const;
  const measures = Object.fromEntries(sides.map((side) => [side, () => cycles(side, RUNS_A_TURN)]));
  const rounds = await inRounds(
    effort.turns(added === 0 ? TURNS : SLOW_TURNS),
    measures as Record<CycleSide, () => Promise<number>>,
  );
  const slow = added > 0 ? `, with ${added / 1_000} ms added to each flush` : '';
  const findings = rows.map(({ side, name, goals }) =>
    ratioFinding(`${name}${slow}`, goals?.[added], rounds.compare(side, 'updates'), [
      `${RUNS_A_TURN} cycles`,
      'updates',
    ]),
  );
  return effort.takesContext ? [...findings, overOneFlush(rounds, slow)] : findings;
}

function overOneFlush(rounds: Rounds<CycleSide>, slow: string): Finding {
  return ratioFinding(
    `the run with \`history: false\` ÷ one durable and one asynchronous update${slow}`,
    undefined,
    rounds.compare('plain', 'oneFlush'),
    [`${RUNS_A_TURN} cycles`, 'updates'],
  );
}

/** As a process has it that started lately: each figure is of one of its own. */
async function measureCold(url: string, effort: Effort): Promise<Finding> {
  const ratios: number[] = [];
  for (let nth = 0; nth < effort.turns(COLD_PROCESSES); nth++) {
    const { cycles, end } = await startCycles(url);
    for (const side of ['plain', 'updates'] as const) await cycles(side, COLD);
    ratios.push((await cycles('plain', RUNS_A_TURN)) / (await cycles('updates', RUNS_A_TURN)));
    await end();
  }
  return {
    what: `the run with \`history: false\` ÷ two durable updates, after ${COLD} runs of the process`,
    figure: median(ratios),
    spread: quartiles(ratios),
    context: `${ratios.length} processes; the rows above are after ${effort.turns(WARM).toLocaleString('en')} runs`,
  };
}

async function startCycles(url: string): Promise<{ cycles: Cycles; end: () => Promise<void> }> {
  const child = startChild<CycleCommand, number>('cycle');
  await child.ask({ url });
  return { cycles: (side, count) => child.ask({ side, count }), end: () => child.end() };
}
