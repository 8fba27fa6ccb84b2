import { readFor } from '../core/plan/changes/changesScope';
import { planChanges } from '../core/plan/changes/planChanges';
import type { Plan } from '../core/plan/plan';
import { planCreatePublication } from '../core/plan/planCreatePublication';
import { planDropPublication } from '../core/plan/planDropPublication';
import { planRefreshSubscription } from '../core/plan/planRefreshSubscription';
import {
  planDisableSubscription,
  planEnableSubscription,
} from '../core/plan/planSwitchSubscription';
import type { PlanContext, PublishedOperation } from '../core/plan/requests';
import { planDropSlot } from '../core/plan/slots/planDropSlot';
import { escapeIdentifier, escapeLiteral } from '../core/sql';
import type { TopologySnapshot } from '../core/snapshot';
import { parseTableName } from '../core/tableName';
import type { DeclaredTable, TableName } from '../core/topology';
import { ToolError } from './toolError';
import type { PlanInput } from './toolInputs';

/** What a wish becomes: which nodes are read, and what is planned with what they say. */
export interface PlanWish {
  /** What a person is asked to allow, such as `CREATE PUBLICATION "p" …`; `null`: what the file says decides. */
  readonly sql: string | null;
  /** The command by which a person would run it. */
  readonly command: string;
  /** Nodes without which nothing can be planned. */
  readonly needs: readonly string[];
  /** Nodes that are read where they can be. */
  readonly wants: readonly string[];
  /** Tables whose definitions are read, by node; `null`: all. */
  readonly definitionsOf: Readonly<Record<string, readonly TableName[] | null>>;
  /** @param unread nodes that could not be read, each with why */
  readonly plan: (context: PlanContext, unread: readonly UnreadNode[]) => Plan;
}

export interface UnreadNode {
  readonly nodeId: string;
  readonly why: string;
}

/** @throws ToolError for what lacks something, or names what is not there */
export function planWish(input: PlanInput, snapshot: TopologySnapshot): PlanWish {
  switch (input.change) {
    case 'bringToFile':
      return bringToFile(input, snapshot);
    case 'createPublication':
      return createPublication(input, snapshot);
    case 'dropPublication': {
      const nodeId = nodeIn(input, snapshot);
      const name = nameIn(input, 'publication');
      return {
        ...one(nodeId, 'Drop Publication…', `DROP PUBLICATION ${escapeIdentifier(name)}`),
        wants: readersOf(snapshot, nodeId),
        plan: (context) => planDropPublication({ nodeId, name }, context),
      };
    }
    case 'enableSubscription':
    case 'disableSubscription':
    case 'refreshSubscription':
      return ofSubscription(input, input.change, snapshot);
    case 'dropSlot': {
      const nodeId = nodeIn(input, snapshot);
      const slotName = nameIn(input, 'slot');
      const sql = `SELECT pg_catalog.pg_drop_replication_slot(${escapeLiteral(slotName)})`;
      return {
        ...one(nodeId, 'Drop Slot…', sql),
        wants: readersOf(snapshot, nodeId),
        plan: (context) => planDropSlot({ nodeId, slotName }, context),
      };
    }
  }
}

function bringToFile({ node }: PlanInput, snapshot: TopologySnapshot): PlanWish {
  const nodeIds = node === undefined ? null : [nodeIn({ node }, snapshot)];
  const ids = readFor(snapshot.topology, nodeIds).map(({ id }) => id);
  return {
    sql: null,
    command: 'Plan Changes…',
    needs: [],
    wants: ids,
    definitionsOf: Object.fromEntries(ids.map((id) => [id, null])),
    plan: (context, unread) =>
      planChanges({ nodeIds, drops: false, signIns: [], passwords: [], unread }, context),
  };
}

const ALL_OPERATIONS: readonly PublishedOperation[] = ['insert', 'update', 'delete', 'truncate'];

function createPublication(input: PlanInput, snapshot: TopologySnapshot): PlanWish {
  const nodeId = nodeIn(input, snapshot);
  const name = nameIn(input, 'publication');
  const { allTables = false } = input;
  const tables = (input.tables ?? []).map(tableOf);
  if (!allTables && tables.length === 0) {
    throw new ToolError(
      'createPublication needs "tables" such as ["public.users"], or "allTables": true.',
    );
  }
  const whole = allTables ? 'FOR ALL TABLES' : `FOR TABLE ${tables.map(quoted).join(', ')}`;
  const published = allTables ? [] : tables;
  return {
    ...one(nodeId, 'Create Publication…', `CREATE PUBLICATION ${escapeIdentifier(name)} ${whole}`),
    definitionsOf: { [nodeId]: allTables ? null : tables },
    plan: (context) =>
      planCreatePublication(
        {
          nodeId,
          name,
          allTables,
          schemas: [],
          tables: published,
          operations: ALL_OPERATIONS,
          viaPartitionRoot: false,
        },
        context,
      ),
  };
}

const SUBSCRIPTION_CHANGES = {
  enableSubscription: ['Enable Subscription…', 'ENABLE', planEnableSubscription],
  disableSubscription: ['Disable Subscription…', 'DISABLE', planDisableSubscription],
  refreshSubscription: ['Refresh Subscription…', 'REFRESH PUBLICATION', planRefreshSubscription],
} as const;

function ofSubscription(
  input: PlanInput,
  change: keyof typeof SUBSCRIPTION_CHANGES,
  snapshot: TopologySnapshot,
): PlanWish {
  const nodeId = nodeIn(input, snapshot);
  const name = nameIn(input, 'subscription');
  const [command, words, plan] = SUBSCRIPTION_CHANGES[change];
  const edge = snapshot.edges.find(
    (candidate) =>
      candidate.kind === 'logical' && candidate.to === nodeId && candidate.name === name,
  );
  return {
    ...one(nodeId, command, `ALTER SUBSCRIPTION ${escapeIdentifier(name)} ${words}`),
    wants: edge === undefined || edge.from === null ? [] : [edge.from],
    plan: (context) => plan({ nodeId, name }, context),
  };
}

function one(nodeId: string, command: string, sql: string): Omit<PlanWish, 'plan'> {
  return { sql, command, needs: [nodeId], wants: [], definitionsOf: {} };
}

function nodeIn({ node }: Pick<PlanInput, 'node'>, { topology }: TopologySnapshot): string {
  const ids = topology.nodes.map(({ id }) => id);
  if (node !== undefined && ids.includes(node)) return node;
  const names = ids.slice(0, 20).join(', ');
  throw new ToolError(
    node === undefined
      ? `This change needs "node": the name of a node of the topology file. Nodes: ${names}.`
      : `The topology file has no such node. Nodes: ${names}.`,
  );
}

function nameIn({ name, change }: PlanInput, what: string): string {
  if (name !== undefined) return name;
  throw new ToolError(`${change} needs "name": the name of the ${what}.`);
}

function tableOf(text: string): DeclaredTable {
  const table = parseTableName(text);
  if (table !== null) return { ...table, columns: null, rowFilter: null };
  throw new ToolError('Write each table with its schema, such as "public.users".');
}

function quoted({ schema, name }: TableName): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** Who streams or takes changes from a node, by the file or by what was seen. */
function readersOf({ topology, edges }: TopologySnapshot, nodeId: string): readonly string[] {
  return topology.nodes
    .filter(
      ({ id, standbyOf, subscriptions }) =>
        id !== nodeId &&
        (standbyOf === nodeId ||
          subscriptions.some(({ publisher }) => publisher === nodeId) ||
          edges.some(({ from, to }) => from === nodeId && to === id)),
    )
    .map(({ id }) => id);
}
