import { captureTableOf } from '../../../src/core/queue/captureTable';
import { DEFAULT_QUEUE } from '../../../src/core/queue/queueNames';
import { edgeSetUpSql, primarySetUpSql } from '../../../src/core/queue/setUpSql';
import { relationOf } from '../../../src/core/plan/tableLookup';
import { formatTableName, parseTableName } from '../../../src/core/tableName';
import { qualifiedName } from '../../../src/core/sql';
import type {
  ConflictPolicy,
  DeclaredQueue,
  TableName,
  TopologyNode,
} from '../../../src/core/topology';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import type { Major } from '../../clusters/majors';
import { nodeAt } from '../pg/support';
import { PlanRig, untilReady } from '../plans/planRig';

export interface QueueRigOptions {
  /** Names of the edges; by default one, `edge`. */
  readonly edges?: readonly string[];
  /** Settings of every server. */
  readonly conf?: Readonly<Record<string, string | number | boolean>>;
}

export interface InstallOptions {
  /** Default `trigger`. */
  readonly capture?: 'trigger' | 'application';
  /** Echo guard on these tables; default true. */
  readonly guard?: boolean;
  /** Publication and subscription primary → edge of these tables, all copied when it returns; default false. */
  readonly subscribe?: boolean;
  readonly queue?: TableName;
  /** Edges to install; default all. */
  readonly edges?: readonly string[];
}

/** A primary and its edges on real servers, set up by the statements that plans hold. */
export class QueueRig {
  readonly plans: PlanRig;
  private policies: DeclaredQueue['tables'] = [];
  private queue: TableName = DEFAULT_QUEUE;

  private constructor(
    readonly clusters: Clusters,
    readonly primary: Cluster,
    readonly edges: Readonly<Record<string, Cluster>>,
  ) {
    const members = Object.entries(edges).map(([id, cluster]) => [id, { cluster }] as const);
    this.plans = new PlanRig({ primary: { cluster: primary }, ...Object.fromEntries(members) });
  }

  static async start(major: Major, options: QueueRigOptions = {}): Promise<QueueRig> {
    const clusters = new Clusters(major);
    const server = options.conf === undefined ? {} : { conf: options.conf };
    const primary = await (await clusters.add('primary', server)).start();
    const edges: Record<string, Cluster> = {};
    for (const name of options.edges ?? ['edge']) {
      edges[name] = await (await clusters.add(name, server)).start();
    }
    return new QueueRig(clusters, primary, edges);
  }

  /** The same over servers that run already and are stopped by others. */
  static over(
    clusters: Clusters,
    primary: Cluster,
    edges: Readonly<Record<string, Cluster>>,
  ): QueueRig {
    return new QueueRig(clusters, primary, edges);
  }

  async stop(): Promise<void> {
    await this.clusters.stop();
  }

  /** The first edge. */
  get edge(): Cluster {
    return this.edgeOf();
  }

  edgeOf(name = Object.keys(this.edges)[0] ?? ''): Cluster {
    const edge = this.edges[name];
    if (edge === undefined) throw new Error(`The rig has no edge ${name}.`);
    return edge;
  }

  /** Runs statements on the primary and on every edge, such as CREATE TABLE. */
  async everywhere(sql: string): Promise<void> {
    for (const cluster of [this.primary, ...Object.values(this.edges)]) await cluster.query(sql);
  }

  /** Sets up the edges and the primary for tables that are on all of them. @param tables `public.jobs` */
  async install(tables: readonly string[], options: InstallOptions = {}): Promise<void> {
    const { capture = 'trigger', guard = true, queue = DEFAULT_QUEUE } = options;
    const names = tables.map(tableNamed);
    this.queue = queue;
    this.policies = names.map((table) => ({ ...table, policy: 'primary-wins' }));
    await runAll(this.primary, primarySetUpSql());
    const context = await this.plans.context();
    for (const id of options.edges ?? Object.keys(this.edges)) {
      const catalog = context.catalogs.get(id);
      const captured = names.map((table) => {
        const relation = catalog === undefined ? null : relationOf(catalog, table);
        if (relation === null) throw new Error(`${id} has no table ${formatTableName(table)}.`);
        return captureTableOf(relation);
      });
      const sql = edgeSetUpSql({
        queue,
        captured: capture === 'trigger' ? captured : [],
        guarded: guard ? captured : [],
      });
      await runAll(this.edgeOf(id), sql);
    }
    if (options.subscribe === true) await this.subscribe(tables, options.edges);
  }

  /** Publishes tables on the primary to edges, and waits until they are copied. */
  async subscribe(
    tables: readonly string[],
    edges: readonly string[] = Object.keys(this.edges),
  ): Promise<void> {
    const names = tables.map((table) => qualifiedName(tableNamed(table)));
    await this.primary.query(`CREATE PUBLICATION to_edges FOR TABLE ${names.join(', ')}`);
    for (const id of edges) {
      const cluster = this.edgeOf(id);
      // The name is in the slot's too, so it is made of what a slot may be named.
      const name = `from_primary_${id}`;
      await cluster.query(
        `CREATE SUBSCRIPTION ${name} CONNECTION '${this.primary.conninfo({ database: 'postgres' })}' PUBLICATION to_edges`,
      );
      const shown = await cluster.query<{ name: string }>(
        'SELECT srrelid::regclass::text AS name FROM pg_subscription_rel',
      );
      await untilReady(
        { cluster },
        name,
        shown.map((row) => row.name),
      );
    }
  }

  /** Says how conflicts of a table are decided from now on; those not named keep `primary-wins`. */
  policy(table: string, policy: ConflictPolicy): void {
    const { schema, name } = tableNamed(table);
    const others = this.policies.filter((one) => one.schema !== schema || one.name !== name);
    this.policies = [...others, { schema, name, policy }];
  }

  /** The edge as the file would declare it, its queue included. */
  edgeNode(id = Object.keys(this.edges)[0] ?? ''): TopologyNode {
    const pendingSync: DeclaredQueue = {
      primary: 'primary',
      table: this.queue,
      capture: 'trigger',
      tables: this.policies,
    };
    return nodeAt(this.edgeOf(id), { id, pendingSync });
  }

  get primaryNode(): TopologyNode {
    return nodeAt(this.primary, { id: 'primary' });
  }

  /** Rows of a queue in its order, whole, values as their texts. */
  async queued(edge?: string): Promise<readonly QueuedRow[]> {
    return this.edgeOf(edge).query<QueuedRow>(
      `SELECT id::text AS id, seq::int AS seq, txid::text AS txid, table_schema, table_name, operation, key::text AS key,
         data::text AS data, old_data::text AS old_data, state, attempts, error, error_sqlstate, synced_at IS NOT NULL AS is_synced
       FROM ${qualifiedName(this.queue)} ORDER BY seq`,
    );
  }

  /** How many operations wait. */
  async depth(edge?: string): Promise<number> {
    const rows = await this.queued(edge);
    return rows.filter(({ state, is_synced }) => state === 'pending' && !is_synced).length;
  }

  /** Queues what an application would: no key, no old row. */
  async queueByApplication(
    table: string,
    operation: string,
    data: unknown,
    edge?: string,
  ): Promise<void> {
    const { schema, name } = tableNamed(table);
    await this.edgeOf(edge).query(
      `INSERT INTO ${qualifiedName(this.queue)} (table_schema, table_name, operation, data) VALUES ($1, $2, $3, $4::jsonb)`,
      [schema, name, operation, JSON.stringify(data)],
    );
  }

  /** Rows of a table as their texts, in order: equal on two servers when the tables are. */
  async rows(cluster: Cluster, table: string): Promise<readonly string[]> {
    const rows = await cluster.query<{ row: string }>(
      `SELECT t::text AS row FROM ${qualifiedName(tableNamed(table))} AS t ORDER BY t::text COLLATE "C"`,
    );
    return rows.map(({ row }) => row);
  }
}

export interface QueuedRow {
  readonly id: string;
  readonly seq: number;
  readonly txid: string | null;
  readonly table_schema: string;
  readonly table_name: string;
  readonly operation: string;
  readonly key: string | null;
  readonly data: string | null;
  readonly old_data: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly error_sqlstate: string | null;
  readonly is_synced: boolean;
}

function tableNamed(text: string): TableName {
  const table = parseTableName(text);
  if (table === null) throw new Error(`${text} is no schema.table.`);
  return table;
}

async function runAll(cluster: Cluster, statements: readonly string[]): Promise<void> {
  const client = await cluster.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}
