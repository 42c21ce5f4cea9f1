import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { EventHub } from '../../src/lock/event-hub.js';
import { TaskGauges } from '../../src/telemetry/task-gauges.js';
import { Telemetry } from '../../src/telemetry/telemetry.js';
import { describeWith } from '../servers/support/describe-with.js';
import { pathOf } from '../servers/support/programs.js';
import { runWith, taskOf } from '../support/cli.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';
import { startSdk } from '../support/telemetry.js';

const DASHBOARD = 'ops/grafana-dashboard.json';
const RULES = 'ops/alerts.yml';

/** The tasks of the example: hourly, each minute, and one that is only called. */
const TASKS = [
  taskOf({
    name: 'import-orders',
    schedule: '0 * * * *',
    interval: 3_600_000,
    nextDue: '2026-11-27T04:00:00.000Z',
    lastSuccessAt: '2026-11-27T02:00:03.000Z',
  }),
  taskOf({ name: 'refresh-citations', schedule: 'every 60s', interval: 60_000 }),
  taskOf({ name: 'sync-stock', schedule: null, interval: 3_600_000 }),
];

/** What `nestjs-task-lock alerts` prints. */
async function alertsOf(tasks: typeof TASKS): Promise<string> {
  return (await runWith({ operator: { allTasks: async () => [...tasks] } }, 'alerts')).out;
}

/** The series that Prometheus is served once each metric has a value, and the labels of each. */
async function servedSeries(): Promise<Map<string, Set<string>>> {
  const clock = new FakeClock();
  const log = recordingLog();
  const events = new EventHub(clock, log, () => 5);
  const sdk = startSdk();
  const meter = sdk.meters.getMeter('nestjs-task-lock');
  const gauges = new TaskGauges(meter, { allTasks: async () => TASKS }, clock, log);
  new Telemetry(events, meter, sdk.tracers.getTracer('nestjs-task-lock'), gauges);
  const at = new Date();
  const task = { name: 'import-orders', at };
  const run = {
    ...task,
    fence: '7',
    token: 'a-token',
    scheduledTime: at,
    startedAt: at,
    trigger: 'tick',
    replica: 'replica-a',
  } as const;
  events.publish({ type: 'run-started', ...run });
  events.publish({ type: 'renewal-failed', ...task, error: 'no answer', fence: '7' });
  events.publish({ type: 'lock-lost', ...run, reason: 'lease' });
  events.publish({ type: 'run-finished', ...run, outcome: 'failed', durationMs: 5 });
  events.publish({ type: 'tick-missed', ...task, count: 1, first: at, last: at });
  const series = new Map<string, Set<string>>();
  for (const [, name, labels] of (await sdk.scraped()).matchAll(/^(task_lock_\w+)\{(.*)\}/gm))
    series.set(name!, new Set([...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label!)));
  return series;
}

/** The expressions of a dashboard or of rules. */
function expressionsOf(file: string): string[] {
  const found = [...readFileSync(file, 'utf8').matchAll(/"?(?:expr|query)"?: ("(?:[^"\\]|\\.)*")/g)];
  return found.map(([, text]) => JSON.parse(text!) as string).filter((text) => text.includes('task_lock'));
}

/** What an expression selects: a pattern of names, and labels of each. */
function selectorsOf(expression: string): { name: string; labels: string[] }[] {
  // The values of labels hold no braces here.
  return [...expression.matchAll(/(task_lock_\w+)?\{([^}]*)\}|(task_lock_\w+)(?=[,[)])/g)].flatMap(
    ([text, prefix, braces = '', alone]) => {
      const labels = [...braces.matchAll(/(\w+)(?:=~?|!=)"([^"]*)"/g)].map(
        ([, label, value]) => [label!, value!] as const,
      );
      const name = prefix ?? alone ?? labels.find(([label]) => label === '__name__')?.[1];
      if (name === undefined) throw new Error(`nothing is named in ${text}`);
      return [{ name, labels: labels.map(([label]) => label).filter((label) => label !== '__name__') }];
    },
  );
}

/** The labels by which an expression groups. */
function groupsOf(expression: string): string[] {
  return [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(', '));
}

describe('the dashboard and the rules', () => {
  let series: Map<string, Set<string>>;
  beforeAll(async () => {
    series = await servedSeries();
  });

  test.each([DASHBOARD, RULES])('%s names only series and labels that Prometheus is served', (file) => {
    const expressions = expressionsOf(file);
    expect(expressions.length).toBeGreaterThan(5);
    const known = new Set([...series.values()].flatMap((labels) => [...labels]));
    for (const expression of expressions) {
      const selectors = selectorsOf(expression).filter(({ name }) => !known.has(name));
      expect(selectors).not.toEqual([]);
      for (const { name, labels } of selectors) {
        const matching = [...series.keys()].filter((each) => new RegExp(`^(?:${name})$`).test(each));
        expect({ expression, name, matching: matching.length }).toEqual({ expression, name, matching: 1 });
        const own = [...series.get(matching[0]!)!];
        expect(own).toEqual(expect.arrayContaining(labels));
        expect([...own, 'instance']).toEqual(expect.arrayContaining(groupsOf(expression)));
      }
    }
  });

  test('the dashboard shows each metric', () => {
    const shown = expressionsOf(DASHBOARD).flatMap(selectorsOf);
    const metrics = [...series.keys()].map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    for (const metric of new Set(metrics))
      expect(shown.map(({ name }) => name.replace('(_seconds)?', ''))).toContainEqual(
        expect.stringMatching(new RegExp(`^${metric}(_bucket|_count)?$`)),
      );
  });

  test('the dashboard takes the data source that is chosen', () => {
    const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
      panels: { title: string; datasource: { uid: string }; targets: { datasource: { uid: string } }[] }[];
    };
    for (const { datasource, targets } of panels)
      for (const { uid } of [datasource, ...targets.map((target) => target.datasource)])
        expect(uid).toBe('${datasource}');
  });

  test('match the names of exporters that add the unit, too', () => {
    for (const expression of [...expressionsOf(DASHBOARD), ...expressionsOf(RULES)])
      expect(expression.replaceAll('(_seconds)?', '')).not.toMatch(/_seconds/);
    const gauges = ['task_lock_last_success_time', 'task_lock_next_due_time', 'task_lock_clock_offset'];
    const named = [...expressionsOf(DASHBOARD), ...expressionsOf(RULES)].flatMap(selectorsOf);
    for (const gauge of gauges)
      expect(named).toContainEqual(expect.objectContaining({ name: `${gauge}(_seconds)?` }));
  });

  test('the rules are what the command prints', async () => {
    if (process.env['WRITE_RULES']) writeFileSync(RULES, await alertsOf(TASKS));
    expect(readFileSync(RULES, 'utf8')).toBe(await alertsOf(TASKS));
  });
});

describeWith([{ name: 'prometheus', programs: ['promtool'] }], 'promtool', () => {
  const promtool = (...args: string[]): string =>
    execFileSync(pathOf('promtool'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  test('accepts the rules', () => {
    expect(promtool('check', 'rules', RULES)).toContain('SUCCESS: 8 rules found');
  });

  test('sees each rule fire, and not fire', () => {
    expect(promtool('test', 'rules', 'ops/alerts.test.yml')).toContain('SUCCESS');
  });

  test('accepts rules of names that need quotes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rules-'));
    try {
      const file = join(folder, 'rules.yml');
      const names = [String.raw`a"b\c: # {{ .Labels }} 'd'`, 'line\nbreak', '{{', 'größe ‮x', '$1'];
      writeFileSync(file, await alertsOf(names.map((name) => taskOf({ name }))));
      expect(promtool('check', 'rules', file)).toContain(`SUCCESS: ${3 * names.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
