import {
  DEFAULT_QUEUE,
  EDGE_IDENTITY,
  EDGE_REGISTER,
  METRICS,
} from '../../../src/core/queue/queueNames';
import { isPlainType } from '../../../src/core/queue/captureTable';
import { edgeSetUpSql, primarySetUpSql } from '../../../src/core/queue/setUpSql';
import type { CaptureTable } from '../../../src/core/queue/edgeObjects';
import { escapeIdentifier, qualifiedName } from '../../../src/core/sql';
import type { TableName } from '../../../src/core/topology';
import { splitTable } from './declaredSql';
import type { DeclaredQueue, DeclaredServer, DeclaredServers } from './declaredTopology';
import type { RunningNode } from './runningTopology';

/** Makes what *Set Up Edge…* makes on an edge, for the watching role to see. */
export async function setUpEdge(
  { cluster, database }: RunningNode,
  node: DeclaredServer,
  queue: DeclaredQueue,
  declared: DeclaredServers,
  monitor: string,
): Promise<void> {
  const run = (sql: string) => cluster.query(sql, undefined, { database });
  const subscribed = subscribedTables(node, declared);
  const tables: CaptureTable[] = [];
  for (const text of queue.tables) {
    const table = tableOf(text);
    const columns = await cluster.query<{ name: string; type: string; place: number | null }>(
      `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
              array_position(i.indkey::int2[], a.attnum) AS place
         FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
        WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [qualifiedName(table)],
      { database },
    );
    const key = columns.filter(({ place }) => place !== null);
    tables.push({
      ...table,
      key: key.sort((a, b) => (a.place ?? 0) - (b.place ?? 0)).map(({ name }) => name),
      textColumns: columns.filter(({ type }) => !isPlainType(type)).map(({ name }) => name),
      columns: columns.map(({ name }) => name),
    });
  }
  const table = tableOf(queue.table);
  const guarded = tables.filter(({ schema, name }) => subscribed.has(`${schema}.${name}`));
  const captured = queue.capture === 'trigger' ? tables : [];
  await run(edgeSetUpSql({ queue: table, captured, guarded }).join(';\n'));
  await run(letSee(monitor, [table, EDGE_IDENTITY]));
}

/** Makes what a primary needs for edges to be drained to it. */
export async function setUpPrimary(
  { cluster, database }: RunningNode,
  monitor: string,
): Promise<void> {
  const run = (sql: string) => cluster.query(sql, undefined, { database });
  await run(primarySetUpSql().join(';\n'));
  await run(letSee(monitor, [EDGE_REGISTER, METRICS]));
}

function letSee(role: string, tables: readonly TableName[]): string {
  const schemas = new Set([DEFAULT_QUEUE, ...tables].map(({ schema }) => schema));
  return [
    `GRANT USAGE ON SCHEMA ${[...schemas].map(escapeIdentifier).join(', ')} TO ${role}`,
    `GRANT SELECT ON ${tables.map(qualifiedName).join(', ')} TO ${role}`,
  ].join(';\n');
}

function subscribedTables(node: DeclaredServer, declared: DeclaredServers): ReadonlySet<string> {
  const published = node.subscriptions.flatMap(({ publisher, publications }) =>
    (declared.nodes.find(({ id }) => id === publisher)?.publications ?? []).filter(({ name }) =>
      publications.includes(name),
    ),
  );
  const names = published.flatMap(({ tables }) => tables ?? []);
  return new Set(
    names.map((table) => {
      const name = typeof table === 'string' || Array.isArray(table) ? table : table.table;
      return (typeof name === 'string' ? splitTable(name) : name).join('.');
    }),
  );
}

function tableOf(text: string): TableName {
  const [schema, name] = splitTable(text);
  return { schema, name };
}
