import type pg from 'pg';
import { relationOf } from '../../../../src/core/plan/tableLookup';
import { outcomesStatement, readOutcomes } from '../../../../src/core/queue/applyOutcomes';
import { waveStatements } from '../../../../src/core/queue/applyStatements';
import type { BatchFacts, ResolvedOperation } from '../../../../src/core/queue/applyTypes';
import { captureTableOf } from '../../../../src/core/queue/captureTable';
import { VALUE_SETTINGS } from '../../../../src/core/queue/edgeObjects';
import type { OperationOutcome, QueueOperation } from '../../../../src/core/queue/operation';
import { DEFAULT_QUEUE } from '../../../../src/core/queue/queueNames';
import { isRefusal, resolveOperation } from '../../../../src/core/queue/resolveOperation';
import { edgeSetUpSql, primarySetUpSql } from '../../../../src/core/queue/setUpSql';
import type { TargetTable } from '../../../../src/core/queue/targetTable';
import { planWaves, tablesByName } from '../../../../src/core/queue/waves';
import type { SqlStatement } from '../../../../src/core/ports/sqlSession';
import type { ConflictPolicy, TableName } from '../../../../src/core/topology';
import {
  readTargetTable,
  targetTablesStatement,
} from '../../../../src/pg/catalog/queue/targetTables';
import type { Cluster } from '../../../clusters/cluster';
import { Clusters } from '../../../clusters/clusters';
import type { Major } from '../../../clusters/majors';
import { PlanRig } from '../../plans/planRig';

export const EDGE_ID = '00000000-0000-4000-8000-00000000000e';

/** A primary (database `postgres`) and an edge (database `edge`) on one server: what lies between them is not of interest here. */
export class ApplyRig {
  private constructor(
    readonly clusters: Clusters,
    readonly server: Cluster,
    /** A session like a drain's on the primary, and one on the edge. */
    readonly primary: pg.Client,
    readonly edge: pg.Client,
    private readonly edgeReader: pg.Client,
  ) {}

  static async start(major: Major): Promise<ApplyRig> {
    const clusters = new Clusters(major);
    const server = await (await clusters.add('primary')).start();
    await server.query('CREATE DATABASE edge');
    for (const sql of primarySetUpSql()) await server.query(sql);
    return new ApplyRig(
      clusters,
      server,
      await drainClient(server),
      await server.connect({ database: 'edge' }),
      await drainClient(server, 'edge'),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.primary, this.edge, this.edgeReader].map((client) => client.end()));
    await this.clusters.stop();
  }

  /** Makes things on both ends, and has writes to these tables queued. */
  async install(sql: string, tables: readonly string[]): Promise<void> {
    await this.server.query(sql);
    await this.edge.query(sql);
    const plans = new PlanRig({ edge: { cluster: this.server, database: 'edge' } });
    const catalog = (await plans.context()).catalogs.get('edge');
    const captured = tables.map((name) => {
      const relation =
        catalog === undefined ? null : relationOf(catalog, { schema: 'public', name });
      if (relation === null) throw new Error(`No table ${name}.`);
      return captureTableOf(relation);
    });
    for (const one of edgeSetUpSql({ queue: DEFAULT_QUEUE, captured, guarded: [] })) {
      await this.edge.query(one);
    }
  }

  /** Runs statements on the edge and takes what they queued out of the queue. */
  async queued(sql: string): Promise<readonly QueueOperation[]> {
    await this.edge.query(sql);
    const { rows } = await this.edge.query<Record<string, string | null>>(`
      WITH taken AS (DELETE FROM pgtopology.pending_sync RETURNING *)
      SELECT id::text, seq::text, txid::text, table_schema, table_name, operation, key::text AS key, data::text AS data,
        old_data::text AS old_data, (extract(epoch FROM created_at) * 1000000)::bigint::text AS at FROM taken ORDER BY taken.seq`);
    return rows.map((row) => {
      const { key = null, data = null, old_data: oldData = null } = row;
      return {
        id: row['id'] ?? '',
        seq: BigInt(row['seq'] ?? 0),
        txid: row['txid'] ?? null,
        table: { schema: row['table_schema'] ?? '', name: row['table_name'] ?? '' },
        operation: row['operation'] ?? '',
        writtenBy: key === null ? 'application' : 'trigger',
        key,
        data,
        oldData,
        bytes: (key ?? '').length + (data ?? '').length + (oldData ?? '').length,
        attempts: 0,
        createdAt: row['at'] ?? '0',
      };
    });
  }

  async targets(
    tables: readonly TableName[],
    policy: ConflictPolicy,
  ): Promise<ReadonlyMap<string, TargetTable>> {
    const { rows } = await this.primary.query<Record<string, unknown>>(
      ...texts(targetTablesStatement(tables)),
    );
    return tablesByName(rows.map((row) => readTargetTable(row, () => policy)));
  }

  /** Applies operations as one batch. @returns what the ledger says of each, in their order; `none`: nothing; a refusal as its state and kind */
  async apply(
    ops: readonly QueueOperation[],
    policy: ConflictPolicy = 'primary-wins',
    facts: Partial<BatchFacts> = {},
  ): Promise<readonly string[]> {
    const tables = await this.targets(
      ops.map(({ table }) => table),
      policy,
    );
    const results = ops.map((op) =>
      resolveOperation(op, tables.get(`${op.table.schema}.${op.table.name}`) ?? null),
    );
    const resolved = results.filter((one): one is ResolvedOperation => !isRefusal(one));
    await this.inTransaction(
      this.statements(resolved, tables, { edgeId: EDGE_ID, skewMs: 0, ...facts }),
    );
    const outcomes = await this.outcomes(ops);
    return results.map((one, index) =>
      isRefusal(one) ? `${one.state}/${one.conflict ?? one.message}` : (outcomes[index] ?? 'none'),
    );
  }

  statements(
    resolved: readonly ResolvedOperation[],
    tables: ReadonlyMap<string, TargetTable>,
    batch: BatchFacts,
  ): readonly SqlStatement[] {
    return planWaves(resolved, tables).flatMap((wave) => {
      const table = tables.get(`${wave.table.schema}.${wave.table.name}`);
      if (table === undefined) throw new Error(`No table ${wave.table.name}.`);
      return waveStatements(wave, table, batch);
    });
  }

  async inTransaction(statements: readonly SqlStatement[]): Promise<void> {
    await this.primary.query('BEGIN');
    try {
      for (const statement of statements) await run(this.primary, statement);
      await this.primary.query('COMMIT');
    } catch (error) {
      await this.primary.query('ROLLBACK');
      throw error;
    }
  }

  /** Outcomes in the order of the operations, a conflict with its kind: `conflict/changed`. */
  async outcomes(ops: readonly QueueOperation[]): Promise<readonly string[]> {
    const ids = ops.map(({ id }) => id);
    const { rows } = await run(this.primary, outcomesStatement(ids));
    const entries = readOutcomes(rows);
    return ops.map(({ id }) => {
      const entry = entries.get(id);
      const outcome: OperationOutcome | 'none' = entry?.outcome ?? 'none';
      return outcome === 'conflict' ? `conflict/${entry?.conflict ?? '?'}` : outcome;
    });
  }

  /** Rows of a query on the primary, each as its text. */
  async rows(sql: string): Promise<readonly string[]> {
    return textRows(this.primary, sql);
  }

  async edgeRows(sql: string): Promise<readonly string[]> {
    return textRows(this.edgeReader, sql);
  }
}

async function textRows(client: pg.Client, sql: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ row: string }>(`SELECT x::text AS row FROM (${sql}) AS x`);
  return rows.map(({ row }) => row);
}

/** A session with the settings of a drain's. */
export async function drainClient(server: Cluster, database = 'postgres'): Promise<pg.Client> {
  const client = await server.connect({ database });
  for (const [name, value] of [
    ...VALUE_SETTINGS,
    ['search_path', 'pg_catalog, pg_temp'],
  ] as const) {
    await client.query('SELECT set_config($1, $2, false)', [name, value]);
  }
  return client;
}

export async function run(
  client: pg.Client,
  { text, values = [], name }: SqlStatement,
): Promise<pg.QueryResult<Record<string, unknown>>> {
  return client.query<Record<string, unknown>>({
    text,
    values: [...values],
    ...(name === undefined ? {} : { name }),
  });
}

function texts({ text, values = [] }: SqlStatement): [string, unknown[]] {
  return [text, [...values]];
}
