import { withoutSecrets } from '../core/connectionString';
import { deriveSlotName } from '../core/slotName';
import { parseTableName } from '../core/tableName';
import { DEFAULT_THRESHOLDS } from '../core/topology';
import type {
  ConnectionParams,
  DeclaredPublication,
  DeclaredQueue,
  DeclaredRouting,
  DeclaredSubscription,
  DeclaredTable,
  PasswordSource,
  TableName,
  Thresholds,
  Topology,
  TopologyNode,
} from '../core/topology';
import type {
  FileNode,
  FilePublication,
  FileQueue,
  FileSubscription,
  FileTableName,
  TopologyFile,
} from './fileSchema';
import { parseDuration, parseSize } from './quantities';

/**
 * Makes the topology of a file whose types are right. Names that cannot be read are left out: the checks report them.
 * @param connections params of each node, by its id
 */
export function toTopology(
  file: TopologyFile,
  connections: ReadonlyMap<string, ConnectionParams>,
  fallbackName: string,
): Topology {
  return {
    name: file.name ?? fallbackName,
    environment: file.environment ?? 'development',
    nodes: Object.entries(file.nodes).map(([id, node]) => ({
      ...toNode(id, node, connections.get(id) ?? {}),
      environment: file.environment ?? 'development',
      // One node cannot take back what the whole topology forbids.
      ...((node.access ?? file.access) ? { access: 'readOnly' as const } : {}),
    })),
    consumers: Object.entries(file.consumers ?? {}).map(([id, consumer]) => ({
      id,
      node: consumer.node,
      slot: consumer.slot,
    })),
    thresholds: toThresholds(file.thresholds),
    ...(file.routing === undefined ? {} : { routing: toRouting(file.routing) }),
  };
}

/** A table's name from any of its notations; `null` when it has not two parts. */
export function toTableName(name: FileTableName): TableName | null {
  if (typeof name === 'string') return parseTableName(name);
  const [schema, table] = name;
  return schema === undefined || table === undefined ? null : { schema, name: table };
}

/** The name of a published table, whatever else its entry says. */
export function nameOfPublishedTable(
  table: NonNullable<FilePublication['tables']>[number],
): FileTableName {
  return typeof table === 'string' || !('table' in table) ? table : table.table;
}

/** Where a queue is when the file does not say. */
export const DEFAULT_QUEUE_TABLE: TableName = { schema: 'pgtopology', name: 'pending_sync' };

/** The file's thresholds with the defaults filled in; a pair in the wrong order is left at its defaults. */
export function toThresholds(thresholds: TopologyFile['thresholds']): Thresholds {
  const [lagWarningMs, lagCriticalMs] = orderedOr(
    parseDuration(thresholds?.lag?.warning ?? ''),
    parseDuration(thresholds?.lag?.critical ?? ''),
    [DEFAULT_THRESHOLDS.lagWarningMs, DEFAULT_THRESHOLDS.lagCriticalMs],
  );
  const [queueDepthWarning, queueDepthCritical] = orderedOr(
    thresholds?.queueDepth?.warning ?? null,
    thresholds?.queueDepth?.critical ?? null,
    [DEFAULT_THRESHOLDS.queueDepthWarning, DEFAULT_THRESHOLDS.queueDepthCritical],
  );
  const retainedWalBytes = toRetainedWal(thresholds?.retainedWal);
  return {
    lagWarningMs,
    lagCriticalMs,
    queueDepthWarning,
    queueDepthCritical,
    ...(retainedWalBytes === null ? {} : { retainedWalBytes }),
  };
}

function toRouting(said: NonNullable<TopologyFile['routing']>): DeclaredRouting {
  const { reads, maxLag, pools } = said;
  const maxLagMs = parseDuration(maxLag ?? '') ?? 0;
  return {
    reads: [...new Set(reads)],
    // Nothing stays below no lag at all; the check of thresholds says so.
    maxLagMs: maxLagMs > 0 ? maxLagMs : null,
    ...(pools === undefined
      ? {}
      : { pools: { reads: pools.reads ?? null, writes: pools.writes ?? null } }),
  };
}

type FileRetainedWal = NonNullable<TopologyFile['thresholds']>['retainedWal'];

/** Bytes; `null` where the file names no limit, or none that a slot could stay below. */
function toRetainedWal(said: FileRetainedWal): number | null {
  const size = typeof said === 'object' ? (said.warning ?? said.critical) : said;
  const bytes = parseSize(size ?? '') ?? 0;
  return bytes > 0 ? bytes : null;
}

/** For a member that is absent where the file sets no budget; 0 ms is none that could be kept. */
function toBudget(expect: FileNode['expect']): { readonly arrivesWithinMs?: number } {
  const arrivesWithinMs = parseDuration(expect?.arrivesWithin ?? '') ?? 0;
  return arrivesWithinMs > 0 ? { arrivesWithinMs } : {};
}

function orderedOr(
  warning: number | null,
  critical: number | null,
  defaults: readonly [number, number],
): readonly [number, number] {
  const pair = [warning ?? defaults[0], critical ?? defaults[1]] as const;
  return pair[0] <= pair[1] ? pair : defaults;
}

function toNode(id: string, node: FileNode, connection: ConnectionParams): TopologyNode {
  return {
    id,
    connection,
    adminUser: node.adminUser ?? null,
    passwordSource: toPasswordSource(node.passwordSource ?? 'auto'),
    standbyOf: node.standbyOf ?? null,
    slot: node.slot ?? null,
    // Of a node that streams from none no check could tell; the check of roles says so.
    ...(node.standbyOf === undefined ? {} : toBudget(node.expect)),
    ...(node.allowLanguageModels === false ? { allowLanguageModels: false } : {}),
    publications: Object.entries(node.publications ?? {}).map(([name, publication]) =>
      toPublication(name, publication),
    ),
    subscriptions: Object.entries(node.subscriptions ?? {}).map(([name, subscription]) =>
      toSubscription(name, subscription),
    ),
    pendingSync: node.pendingSync === undefined ? null : toQueue(node.pendingSync),
  };
}

function toPasswordSource(source: string): PasswordSource {
  if (source.startsWith('env:')) return { kind: 'env', variable: source.slice('env:'.length) };
  if (source === 'secret' || source === 'pgpass' || source === 'prompt') return { kind: source };
  return { kind: 'auto' };
}

function toPublication(name: string, publication: FilePublication): DeclaredPublication {
  const { tables = [], schemas = [], allTables = false, ...options } = publication;
  return {
    name,
    tables: tables.flatMap((table): DeclaredTable[] => {
      const named = toTableName(nameOfPublishedTable(table));
      if (named === null) return [];
      const isPlain = typeof table === 'string' || !('table' in table);
      return [
        {
          ...named,
          columns: isPlain ? null : (table.columns ?? null),
          rowFilter: isPlain ? null : (table.rowFilter ?? null),
        },
      ];
    }),
    schemas,
    allTables,
    options,
  };
}

function toSubscription(name: string, subscription: FileSubscription): DeclaredSubscription {
  // What checks expect is ours, not an option of Postgres.
  const { publisher, publications, connection, slotName, expect, ...options } = subscription;
  return {
    name,
    publisher,
    publications,
    connection: connection === undefined ? null : withoutSecrets(connection),
    slotName: slotName ?? deriveSlotName(name),
    ...toBudget(expect),
    options,
  };
}

function toQueue(queue: FileQueue): DeclaredQueue {
  return {
    primary: queue.primary,
    table: (queue.table === undefined ? null : toTableName(queue.table)) ?? DEFAULT_QUEUE_TABLE,
    capture: queue.capture ?? 'trigger',
    ...(queue.drainUser === undefined ? {} : { drainUser: queue.drainUser }),
    tables: Object.entries(queue.tables ?? {}).flatMap(([name, policy]) => {
      const table = parseTableName(name);
      return table === null ? [] : [{ ...table, policy }];
    }),
  };
}
