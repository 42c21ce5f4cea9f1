import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

interface Cell {
  node: string;
  postgres: string;
  application: string;
  typeorm: string;
}

type Versions = Record<string, string>;

interface Matrix {
  node: Versions;
  postgres: Versions;
  typeorm: Versions;
  applications: Record<string, { nest: Versions }>;
  cells: Cell[];
}

const read = (file: string): string => readFileSync(file, 'utf8');
const matrix = JSON.parse(read('test/consumers/compat/cells.json')) as Matrix;
const { cells } = matrix;

/** In order, which an object does not keep for keys like 1 and 0.3. */
const inOrder = (versions: Versions): string[] =>
  Object.keys(versions).sort((one, other) => Number(one) - Number(other));

const AXES = {
  node: inOrder(matrix.node),
  postgres: inOrder(matrix.postgres),
  typeorm: inOrder(matrix.typeorm),
  application: Object.keys(matrix.applications),
};
const ends = (values: string[]): string[] => [values[0]!, values.at(-1)!];

const nameOf = ({ node, postgres, application, typeorm }: Cell): string =>
  `node${node}-postgres${postgres}-${application}-typeorm${typeorm}`;

describe('the combinations of npm run test:compat', () => {
  test.each(Object.keys(AXES) as (keyof typeof AXES)[])('hold each value of %s at least twice', (axis) => {
    const rare = AXES[axis].filter((value) => cells.filter((cell) => cell[axis] === value).length < 2);
    expect(rare).toEqual([]);
  });

  test('are each there once, of values that have versions', () => {
    expect(new Set(cells.map(nameOf)).size).toBe(cells.length);
    const unknown = (axis: keyof typeof AXES) => cells.filter((cell) => !AXES[axis].includes(cell[axis]));
    expect((Object.keys(AXES) as (keyof typeof AXES)[]).flatMap(unknown)).toEqual([]);
    const wrong = [matrix.node, matrix.postgres, matrix.typeorm].flatMap((versions) =>
      Object.entries(versions).filter(([value, version]) => !version.startsWith(`${value}.`)),
    );
    expect(wrong).toEqual([]);
  });

  test('hold each corner: the oldest and the newest of Node, of Postgres and of the application with its TypeORM', () => {
    const corners = ends(AXES.node).flatMap((node) =>
      ends(AXES.postgres).flatMap((postgres) => [
        nameOf({ node, postgres, application: AXES.application[0]!, typeorm: AXES.typeorm[0]! }),
        nameOf({ node, postgres, application: AXES.application.at(-1)!, typeorm: AXES.typeorm.at(-1)! }),
      ]),
    );
    expect(corners).toHaveLength(8);
    expect(cells.map(nameOf)).toEqual(expect.arrayContaining(corners));
  });

  test('hold each application with each TypeORM', () => {
    const pairs = AXES.application.flatMap((application) =>
      AXES.typeorm.map((typeorm) => `${application} ${typeorm}`),
    );
    const there = cells.map(({ application, typeorm }) => `${application} ${typeorm}`);
    expect(there).toEqual(expect.arrayContaining(pairs));
  });

  test('are all in the table of the documentation', () => {
    const [, table] = /<!-- matrix -->([^]*)<!-- \/matrix -->/.exec(
      read('docs/operations/compatibility.md'),
    )!;
    expect(table!.match(/^\|.*\| (passed|\*\*failed\*\*) +\|$/gm)).toHaveLength(cells.length);
  });

  test('have the two corners that differ most in .ci/run', () => {
    const only = [...read('.ci/run').matchAll(/--only (node\S+)/g)].map(([, name]) => name);
    expect(only).toEqual([nameOf(cells[0]!), nameOf(cells.at(-1)!)]);
    for (const axis of ['node', 'postgres', 'application', 'typeorm'] as const)
      expect([cells[0]![axis], cells.at(-1)![axis]]).toEqual(ends(AXES[axis]));
  });
});

describe('the ranges that users read', () => {
  const range = (values: string[]): string => ends(values).join(' to ');
  // Nest 10 is in `npm run test:package` only.
  const lowest = JSON.parse(read('test/consumers/lowest-nest10/package.json')) as { dependencies: Versions };
  const nest = [lowest, ...Object.values(matrix.applications).map((each) => ({ dependencies: each.nest }))]
    .map(({ dependencies }) => dependencies['@nestjs/core']!.split('.')[0]!)
    .sort();

  const ranges = [
    `Node ${range(AXES.node)}`,
    `NestJS ${range(nest)}`,
    `TypeORM ${AXES.typeorm.join(' and ')}`,
    `Postgres ${range(AXES.postgres)}`,
  ];

  test('README.md and the page on compatibility begin with those that are tested', () => {
    const line = read('README.md')
      .split('\n')
      .find((each) => each.startsWith('Node '));
    expect(line?.split(': ')[0]).toBe(ranges.join(' · '));
    const [page] = read('docs/operations/compatibility.md').split('\n## ');
    for (const each of ranges) expect(page).toContain(each);
  });

  test('docs/support.md, docs/operations/scaling.md and package.json say the same', () => {
    const support = read('docs/support.md');
    expect(support).toMatch(new RegExp(`^\\| Node .*\\| ${AXES.node.join(', ')} +\\|$`, 'm'));
    expect(support).toMatch(
      new RegExp(
        `^\\| Postgres .*\\| ${AXES.postgres[0]} or newer +\\| ${AXES.postgres.join(', ')} +\\|$`,
        'm',
      ),
    );
    expect(read('docs/operations/scaling.md')).toContain(`Our tests run on Postgres ${range(AXES.postgres)}`);
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(engines.node).toMatch(new RegExp(`^>=${AXES.node[0]}\\.`));
  });
});
