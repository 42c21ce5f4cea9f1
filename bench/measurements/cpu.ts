import { median } from 'simple-statistics';
import type { CpuSide } from '../children/cpu.js';
import type { Effort } from '../effort.js';
import type { Finding } from '../goal.js';
import { inRounds, quartiles, WARM_UP } from '../samples.js';
import type { Rounds } from '../samples.js';
import { startChild } from '../support/child.js';
import type { Child } from '../support/child.js';
import { runtimes } from '../support/runtimes.js';

const CALLS = 5_000;
const TURNS = 24;
const COLD = 100;
const COLD_PROCESSES = 9;

const RUN = 'CPU of a run with the in-memory store, more than the same method undecorated';

type CpuChild = Child<{ side: CpuSide; calls: number }, number>;

/** What the lock itself costs a process, without a database. */
export async function measureCpu(effort: Effort): Promise<Finding[]> {
  const child = startCpuChild();
  try {
    const warm = await rounds(child, effort);
    const more = figure(moreOf(warm));
    const findings: Finding[] = [
      {
        what: RUN,
        goal: 15,
        unit: 'µs',
        ...more,
        context: `decorated ${shown(warm, 'decorated')}, undecorated ${shown(warm, 'undecorated')}; after ${(WARM_UP * CALLS).toLocaleString('en')} runs`,
      },
      {
        what: 'the same ÷ the machine’s own unit, a fixed loop of 10,000 integer steps',
        ...figure(warm.of('unit').map((unit, round) => moreOf(warm)[round]! / perCall(unit))),
        context: `the loop took ${shown(warm, 'unit')}`,
      },
    ];
    return effort.takesContext ? [...findings, await measureCold(effort)] : findings;
  } finally {
    await child.end();
  }
}

/** The same on each version of Node, in turns: what is slow for a while is so for all. */
export async function measureRuntimes(effort: Effort): Promise<Finding[]> {
  const children = runtimes().map(({ name, execPath }) => ({ name, child: startCpuChild(execPath) }));
  const sides = children.flatMap(({ name, child }) =>
    (['decorated', 'undecorated'] as const).map(
      (side) => [`${name} ${side}`, () => child.ask({ side, calls: CALLS })] as const,
    ),
  );
  try {
    const taken = await inRounds(effort.turns(TURNS), Object.fromEntries(sides));
    return children.map(({ name }) => {
      const more = taken.of(`${name} decorated`).map((decorated, round) => {
        const undecorated = taken.of(`${name} undecorated`)[round]!;
        return perCall(decorated - undecorated);
      });
      return { what: `${RUN}, on ${name}`, unit: 'µs', ...figure(more), context: 'all versions in turns' };
    });
  } finally {
    for (const { child } of children) await child.end();
  }
}

/** As a process has it that started lately: each figure is of one of its own. */
async function measureCold(effort: Effort): Promise<Finding> {
  const more: number[] = [];
  for (let nth = 0; nth < effort.turns(COLD_PROCESSES); nth++) {
    const child = startCpuChild();
    for (const side of ['decorated', 'undecorated'] as const) await child.ask({ side, calls: COLD });
    const decorated = await child.ask({ side: 'decorated', calls: COLD });
    more.push(((decorated - (await child.ask({ side: 'undecorated', calls: COLD }))) / COLD) * 1_000);
    await child.end();
  }
  return {
    what: `${RUN}, after ${COLD} runs of the process`,
    unit: 'µs',
    ...figure(more),
    context: `${more.length} processes: V8 has compiled little by then`,
  };
}

function startCpuChild(execPath?: string): CpuChild {
  return startChild('cpu', { execPath });
}

function rounds(child: CpuChild, effort: Effort): Promise<Rounds<CpuSide>> {
  const turn = (side: CpuSide) => () => child.ask({ side, calls: CALLS });
  return inRounds(effort.turns(TURNS), {
    decorated: turn('decorated'),
    undecorated: turn('undecorated'),
    unit: turn('unit'),
  });
}

/** Microseconds of a run, round by round. */
function moreOf(taken: Rounds<CpuSide>): number[] {
  return taken.rounds.map(({ decorated, undecorated }) => perCall(decorated - undecorated));
}

function perCall(milliseconds: number): number {
  return (milliseconds / CALLS) * 1_000;
}

function figure(samples: number[]): Pick<Finding, 'figure' | 'spread'> {
  return { figure: median(samples), spread: quartiles(samples) };
}

function shown(taken: Rounds<CpuSide>, side: CpuSide): string {
  return `${perCall(median(taken.of(side))).toFixed(2)} µs`;
}
