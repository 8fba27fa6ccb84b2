import assert from 'node:assert/strict';
import type { NodeCatalog } from '../../../src/core/plan/nodeCatalog';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import type { PlanReport } from '../../../src/core/plan/report';
import { reportDocument } from '../../../src/core/plan/reportDocument';
import { reportSentence } from '../../../src/core/plan/reportSentence';
import type { ConninfoItem } from '../../../src/core/plan/sqlText';
import type { SetupFacts } from '../../../src/core/setup/setupFacts';
import type { TableDefinition } from '../../../src/core/plan/tableDefinition';
import type { PlanContext } from '../../../src/core/plan/requests';
import { DEFAULT_THRESHOLDS, type TopologyNode } from '../../../src/core/topology';
import { SystemClock } from '../../../src/host/systemClock';
import { PlanRunner } from '../../../src/operations/planRunner';
import type { PgChangeGateway } from '../../../src/pg/pgChangeGateway';
import type { Cluster } from '../../clusters/cluster';
import { waitFor } from '../../clusters/waitFor';
import { MemoryLog, never, nodeAt, PATIENT, testEnvironment } from '../pg/support';
import { makeGateways, MemoryAudit } from './changeSupport';

/** A node of a test's topology. */
export interface RigNode {
  readonly cluster: Cluster;
  readonly database?: string;
  /** Role that plans run as; by default the superuser. */
  readonly admin?: string;
  readonly password?: string;
  readonly standbyOf?: string;
}

/** Plans on running servers, through the real gateway and the real runner. */
export class PlanRig {
  readonly audit = new MemoryAudit();
  readonly changes: PgChangeGateway;

  constructor(readonly members: Readonly<Record<string, RigNode>>) {
    const password = Object.values(members).find((member) => member.password)?.password;
    this.changes = makeGateways({
      environment: testEnvironment({
        ...PATIENT,
        ...(password === undefined ? {} : { PGPASSWORD: password }),
      }),
    }).changes;
  }

  get nodes(): readonly TopologyNode[] {
    return Object.entries(this.members).map(([id, member]) => ({
      ...nodeAt(member.cluster, { id, params: { dbname: member.database ?? 'postgres' } }),
      adminUser: member.admin ?? null,
      standbyOf: member.standbyOf ?? null,
    }));
  }

  /** What planners are given, read just now. @param roles asked about on every node */
  async context(roles: readonly string[] = []): Promise<PlanContext> {
    const found = await Promise.all(this.nodes.map((node) => this.read(node, roles)));
    return {
      topologyId: 'file:///pg-topology.json',
      topology: {
        name: 'Rig',
        environment: 'development',
        nodes: this.nodes,
        consumers: [],
        thresholds: DEFAULT_THRESHOLDS,
      },
      catalogs: new Map(found.map(({ catalog }) => [catalog.nodeId, catalog])),
      definitions: new Map(found.map(({ catalog, tables }) => [catalog.nodeId, tables])),
      setup: new Map(found.map(({ catalog, setup }) => [catalog.nodeId, setup])),
      snapshot: null,
    };
  }

  /** Runs a plan to its end, whatever that is. */
  async run(plan: Plan, secrets: Readonly<Record<string, string>> = {}): Promise<PlanReport> {
    const runner = new PlanRunner({
      gateway: this.changes,
      clock: new SystemClock(),
      audit: this.audit,
      log: new MemoryLog(),
    });
    const nodes = new Map(this.nodes.map((node) => [node.id, node]));
    return runner.run(plan, { nodes, users: {}, secrets }, never());
  }

  /** Runs a plan that has to succeed. */
  async done(plan: Plan, secrets: Readonly<Record<string, string>> = {}): Promise<PlanReport> {
    assert.ok(isRunnable(plan), JSON.stringify(plan.findings, null, 1));
    const report = await this.run(plan, secrets);
    assert.ok(
      report.outcomes.every(({ state }) => state === 'done'),
      reportDocument(report),
    );
    return report;
  }

  /** Runs a plan as if nothing had been found, so that the server says whether a finding is right. @returns its words */
  async forced(plan: Plan, secrets: Readonly<Record<string, string>> = {}): Promise<string> {
    const steps = plan.steps.map((step) => ({ ...step, precondition: null }));
    return reportSentence(await this.run({ ...plan, steps, findings: [] }, secrets));
  }

  /** Follows what the report's document says: every undo statement, last done step first, by hand. */
  async undo(report: PlanReport): Promise<void> {
    let node: RigNode | undefined;
    for (const line of undoLines(report)) {
      const place = /^-- On (\S+) \(/u.exec(line)?.[1];
      if (place !== undefined) node = this.members[place];
      if (line.startsWith('--') || node === undefined) continue;
      await node.cluster.query(line, undefined, { database: node.database ?? 'postgres' });
      if (/^ALTER SUBSCRIPTION .* DISABLE;?$/u.test(line)) await untilWorkersStopped(node.cluster);
    }
  }

  /** Applies what findings offer to copy, as a superuser, each on its node. */
  async applyFixes(plan: Plan): Promise<void> {
    for (const { nodeId, fix } of plan.findings) {
      const node = nodeId === null ? undefined : this.members[nodeId];
      const copy = fix?.copy ?? null;
      if (copy === null || node === undefined) continue;
      await node.cluster.query(copy, undefined, { database: node.database ?? 'postgres' });
    }
  }

  /** What is in the catalogs of all nodes: relations, publications, subscriptions and slots. */
  async state(): Promise<unknown> {
    await this.replayed();
    const states = await Promise.all(
      Object.values(this.members).map(({ cluster, database = 'postgres' }) =>
        cluster.query(STATE, undefined, { database }),
      ),
    );
    return states.map(([row]) => row);
  }

  /** A standby shows what its upstream has once it has replayed it. */
  private async replayed(): Promise<void> {
    for (const { cluster, standbyOf } of Object.values(this.members)) {
      const upstream = standbyOf === undefined ? undefined : this.members[standbyOf];
      if (upstream !== undefined) await untilReplayed(cluster, upstream.cluster);
    }
  }

  private async read(node: TopologyNode, roles: readonly string[]): Promise<FoundNode> {
    const session = await this.changes.openChange(node, { user: null, mayWrite: false }, never());
    try {
      return {
        catalog: await session.readCatalog(roles),
        tables: await session.readTableDefinitions(null),
        setup: await session.readSetup(),
      };
    } finally {
      await session.close();
    }
  }
}

interface FoundNode {
  readonly catalog: NodeCatalog;
  readonly tables: readonly TableDefinition[];
  readonly setup: SetupFacts;
}

/** The connection that a request gives to reach a server of the rig. */
export function addressOf(
  { port }: Pick<Cluster, 'port'>,
  {
    database = 'postgres',
    user = 'postgres',
    secret,
  }: { readonly database?: string; readonly user?: string; readonly secret?: string } = {},
): readonly ConninfoItem[] {
  return [
    { keyword: 'host', value: '127.0.0.1' },
    { keyword: 'port', value: String(port) },
    { keyword: 'dbname', value: database },
    { keyword: 'user', value: user },
    ...(secret === undefined ? [] : [{ keyword: 'password', value: { secret } }]),
  ];
}

/** `error missingTable edge`, for what a test is about. */
export function codes(plan: Plan): readonly string[] {
  return plan.findings.map(({ severity, code, nodeId }) => `${severity} ${code} ${nodeId ?? '-'}`);
}

/** Waits until a standby shows everything that its upstream has by now; then it streams as well. */
export async function untilReplayed(standby: Cluster, upstream: Cluster): Promise<void> {
  const [end] = await upstream.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  const sql = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done';
  await waitFor(async () => (await standby.query(sql, [end?.lsn]))[0]?.['done'] === true, {
    what: `${standby.name} has replayed what ${upstream.name} has`,
  });
}

/** Waits until nobody works for a subscription that is disabled: `DISABLE` returns before its worker has noticed. */
export async function untilWorkersStopped(subscriber: Cluster): Promise<void> {
  await waitFor(
    async () => {
      const workers = await subscriber.query(
        `SELECT FROM pg_stat_subscription AS w JOIN pg_subscription AS s ON s.oid = w.subid
          WHERE w.pid IS NOT NULL AND NOT s.subenabled`,
      );
      return workers.length === 0;
    },
    { what: `no disabled subscription of ${subscriber.name} has a worker` },
  );
}

/**
 * Waits until every table of a subscription is ready, and nothing else is in it. A table may be ready before the worker that copied it
 * has dropped its slot on the publisher: killed in between it would leave that for ever, so those workers have to be gone as well.
 */
export async function untilReady(
  { cluster, database = 'postgres' }: RigNode,
  subscription: string,
  tables: readonly string[],
): Promise<void> {
  await waitFor(
    async () => {
      const rows = await cluster.query<{ name: string; state: string }>(
        `SELECT r.srrelid::regclass::text AS name, r.srsubstate AS state
           FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
          WHERE s.subname = $1 ORDER BY 1`,
        [subscription],
        { database },
      );
      const ready = rows.filter(({ state }) => state === 'r').map(({ name }) => name);
      if (ready.length < rows.length || ready.join() !== [...tables].sort().join()) return false;
      const copying = await cluster.query(
        `SELECT FROM pg_stat_subscription AS w JOIN pg_subscription AS s ON s.oid = w.subid
           JOIN pg_database AS d ON d.oid = s.subdbid
          WHERE w.relid IS NOT NULL AND s.subname = $1 AND d.datname = current_database()`,
        [subscription],
        { database },
      );
      return copying.length === 0;
    },
    { what: `${subscription} has copied ${tables.join(', ')}` },
  );
}

function undoLines(report: PlanReport): readonly string[] {
  const text = reportDocument(report);
  const start = text.indexOf('-- To take it back');
  return start < 0 ? [] : text.slice(start).split('\n');
}

const STATE = `SELECT
  (SELECT json_agg(c.oid::regclass::text || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '') ORDER BY c.oid)
     FROM pg_class AS c WHERE c.oid >= 16384) AS relations,
  (SELECT json_agg(nspname || coalesce(nspacl::text, '') ORDER BY oid) FROM pg_namespace WHERE oid >= 16384) AS schemas,
  (SELECT json_agg(pubname ORDER BY oid) FROM pg_publication) AS publications,
  (SELECT json_agg(prrelid::regclass::text ORDER BY oid) FROM pg_publication_rel) AS published,
  (SELECT json_agg(subname ORDER BY oid) FROM pg_subscription) AS subscriptions,
  (SELECT json_agg(srrelid::regclass::text ORDER BY srrelid) FROM pg_subscription_rel) AS subscribed,
  (SELECT json_agg(slot_name ORDER BY slot_name) FROM pg_replication_slots) AS slots`;
