import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import * as z from 'zod';
import { parseConnectionString } from '../../../src/core/connectionString';
import type { ConnectionParams } from '../../../src/core/topology';

/**
 * What the rig needs of a topology file to build the servers that it declares. Read by a reader of its own,
 * so that a fault in the extension's reader cannot hide in servers that were built by it.
 */
export interface DeclaredServers {
  readonly nodes: readonly DeclaredServer[];
  readonly consumers: readonly {
    readonly id: string;
    readonly node: string;
    readonly slot: string;
  }[];
}

export interface DeclaredServer {
  readonly id: string;
  readonly database: string;
  readonly standbyOf: string | null;
  readonly slot: string | null;
  readonly publications: readonly Publication[];
  readonly subscriptions: readonly Subscription[];
  readonly queueTable: string | null;
  readonly queue: DeclaredQueue | null;
}

export interface DeclaredQueue {
  readonly table: string;
  readonly primary: string;
  readonly capture: 'trigger' | 'application';
  /** `schema.table` of each queued table. */
  readonly tables: readonly string[];
}

export type Publication = z.infer<typeof publicationSchema> & { readonly name: string };
export type Subscription = z.infer<typeof subscriptionSchema> & { readonly name: string };
export type PublishedTable = z.infer<typeof tableSchema>;

const nameParts = z.tuple([z.string(), z.string()]);
const tableSchema = z.union([
  z.string(),
  nameParts,
  z.object({
    table: z.union([z.string(), nameParts]),
    columns: z.array(z.string()).optional(),
    rowFilter: z.string().optional(),
  }),
]);
const publicationSchema = z.object({
  tables: z.array(tableSchema).optional(),
  schemas: z.array(z.string()).optional(),
  allTables: z.boolean().optional(),
  operations: z.array(z.string()).optional(),
  viaPartitionRoot: z.boolean().optional(),
});
const subscriptionSchema = z.object({
  publisher: z.string(),
  publications: z.array(z.string()),
  connection: z.string().optional(),
  slotName: z.string().optional(),
  copyData: z.boolean().optional(),
  disableOnError: z.boolean().optional(),
  streaming: z.union([z.boolean(), z.string()]).optional(),
  origin: z.string().optional(),
});
const queueSchema = z.object({
  primary: z.string(),
  table: z.string().default('pgtopology.pending_sync'),
  capture: z.enum(['trigger', 'application']).default('trigger'),
  tables: z.record(z.string(), z.unknown()).default({}),
});
const fileSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      connection: z.union([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]),
      standbyOf: z.string().optional(),
      slot: z.string().optional(),
      publications: z.record(z.string(), publicationSchema).optional(),
      subscriptions: z.record(z.string(), subscriptionSchema).optional(),
      pendingSync: queueSchema.optional(),
    }),
  ),
  consumers: z.record(z.string(), z.object({ node: z.string(), slot: z.string() })).optional(),
});

/** @throws when the text is no JSON with comments or does not describe servers */
export function readDeclaredServers(text: string): DeclaredServers {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined) {
    throw new Error(`Topology file: ${printParseErrorCode(first.error)} at ${first.offset}.`);
  }
  const file = fileSchema.parse(value);
  return {
    nodes: Object.entries(file.nodes).map(([id, node]) => {
      const params = paramsOf(node.connection);
      return {
        id,
        database: params['dbname'] ?? 'postgres',
        standbyOf: node.standbyOf ?? null,
        slot: node.slot ?? null,
        publications: named(node.publications),
        subscriptions: named(node.subscriptions),
        queueTable: node.pendingSync?.table ?? null,
        queue:
          node.pendingSync === undefined
            ? null
            : { ...node.pendingSync, tables: Object.keys(node.pendingSync.tables) },
      };
    }),
    consumers: Object.entries(file.consumers ?? {}).map(([id, consumer]) => ({ id, ...consumer })),
  };
}

function named<T extends object>(entries: Record<string, T> | undefined): (T & { name: string })[] {
  return Object.entries(entries ?? {}).map(([name, entry]) => ({ ...entry, name }));
}

function paramsOf(
  connection: string | Readonly<Record<string, string | number>>,
): ConnectionParams {
  if (typeof connection !== 'string') {
    const { database, ...rest } = connection;
    const entries = Object.entries({
      ...rest,
      ...(database === undefined ? {} : { dbname: database }),
    });
    return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
  }
  const { params } = parseConnectionString(connection);
  if (params === null) throw new Error(`Topology file: "${connection}" is no connection.`);
  return params;
}
