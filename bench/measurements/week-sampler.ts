import pg from 'pg';
import { treeCpu } from '../support/tree-cpu.js';

/** What there is at one moment. */
export interface WeekSample {
  /** Hours of ticks since the beginning. */
  hour: number;
  relations: RelationSample[];
  /** Rows of the history, of all tasks, and of the task that has most: without keys, and with. */
  history: { rows: number; most: number; mostOfKeyed: number };
  statements: Record<StatementKind, StatementSample>;
  /** Seconds of CPU that Postgres has used since the last sample. */
  cpu: number;
  /** Bytes of WAL since the last sample. */
  wal: number;
  /** Won claims since the last sample. */
  runs: number;
}

export interface RelationSample {
  name: string;
  isIndex: boolean;
  bytes: number;
  /** Of tables. */
  live: number;
  dead: number;
  autovacuums: number;
  /** Bytes that hold neither a live nor a dead row, of tables. */
  free: number;
}

export type StatementKind = 'claim' | 'release' | 'prune';

export interface StatementSample {
  calls: number;
  /** Milliseconds of one call. */
  milliseconds: number;
  /** Pages that one call looked at. */
  pages: number;
}

interface RelationRow {
  name: string;
  is_index: boolean;
  bytes: string;
  live: string | null;
  dead: string | null;
  autovacuums: string | null;
  free: string | null;
}

interface StatementRow {
  kind: StatementKind;
  calls: string;
  time: number;
  pages: string;
  rows: string;
}

/** A statement is known by what only its text has. */
const MARKS: Readonly<Record<StatementKind, string>> = {
  claim: '%), won AS (%',
  release: '%), released AS (%',
  prune: '%), kept AS (%',
};

const RELATIONS = `
SELECT c.relname AS name, c.relkind = 'i' AS is_index, pg_relation_size(c.oid) AS bytes,
       stat.n_live_tup AS live, tuple.dead_tuple_count AS dead, stat.autovacuum_count AS autovacuums,
       tuple.free_space AS free
FROM pg_class AS c
LEFT JOIN pg_stat_user_tables AS stat ON stat.relid = c.oid
LEFT JOIN LATERAL (SELECT * FROM pgstattuple(c.oid) WHERE c.relkind = 'r') AS tuple ON true
WHERE c.relname LIKE 'task\\_lock%' AND c.relkind IN ('r', 'i')
ORDER BY c.relname`;

const HISTORY = `
SELECT COALESCE(sum(runs), 0) AS rows, COALESCE(max(runs) FILTER (WHERE NOT is_keyed), 0) AS most,
       COALESCE(max(runs) FILTER (WHERE is_keyed), 0) AS of_keyed
FROM (SELECT count(*) AS runs, bool_or(key IS NOT NULL) AS is_keyed FROM task_lock_run GROUP BY task) AS of_task`;

const STATEMENTS = `
SELECT kind, sum(calls) AS calls, sum(total_exec_time) AS time, sum(shared_blks_hit + shared_blks_read) AS pages,
       sum(rows) AS rows
FROM pg_stat_statements
JOIN (VALUES ${Object.entries(MARKS)
  .map(([kind, mark]) => `('${kind}', '${mark}')`)
  .join(', ')}) AS mark (kind, mark) ON query LIKE mark.mark
GROUP BY kind`;

/** Looks at all tables and indexes of the package, and at what its statements cost since the last look. */
export class WeekSampler {
  private before = { cpu: 0, wal: 0, wins: 0 };

  private constructor(
    private readonly client: pg.Client,
    private readonly postmaster: number,
  ) {}

  static async on(url: string): Promise<WeekSampler> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await client.query('CREATE EXTENSION IF NOT EXISTS pgstattuple');
    const sampler = new WeekSampler(client, await postmasterOf(client));
    await sampler.sample(0);
    return sampler;
  }

  async sample(hour: number): Promise<WeekSample> {
    const one = async <Row extends pg.QueryResultRow>(text: string): Promise<Row> =>
      (await this.client.query<Row>(text)).rows[0]!;
    const { wal, wins } = await one<{ wal: string; wins: string }>(
      `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal,
              (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'task_lock_run') AS wins`,
    );
    const history = await one<Record<'rows' | 'most' | 'of_keyed', string>>(HISTORY);
    const { rows: relations } = await this.client.query<RelationRow>(RELATIONS);
    const { rows: statements } = await this.client.query<StatementRow>(STATEMENTS);
    await this.client.query('SELECT pg_stat_statements_reset()');
    const after = { cpu: treeCpu(this.postmaster), wal: Number(wal), wins: Number(wins) };
    const { before } = this;
    this.before = after;
    return {
      hour,
      relations: relations.map((row) => ({
        name: row.name,
        isIndex: row.is_index,
        bytes: Number(row.bytes),
        live: Number(row.live),
        dead: Number(row.dead),
        autovacuums: Number(row.autovacuums),
        free: Number(row.free),
      })),
      history: {
        rows: Number(history.rows),
        most: Number(history.most),
        mostOfKeyed: Number(history.of_keyed),
      },
      statements: {
        claim: statementOf(statements, 'claim'),
        release: statementOf(statements, 'release'),
        prune: statementOf(statements, 'prune'),
      },
      cpu: after.cpu - before.cpu,
      wal: after.wal - before.wal,
      runs: after.wins - before.wins,
    };
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}

function statementOf(rows: readonly StatementRow[], kind: StatementKind): StatementSample {
  const row = rows.find((each) => each.kind === kind);
  const calls = Number(row?.calls ?? 0);
  if (row === undefined || calls === 0) return { calls: 0, milliseconds: 0, pages: 0 };
  return { calls, milliseconds: row.time / calls, pages: Number(row.pages) / calls };
}

export async function postmasterOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ file: string }>(`SELECT pg_read_file('postmaster.pid') AS file`);
  return Number(rows[0]!.file.split('\n')[0]);
}
