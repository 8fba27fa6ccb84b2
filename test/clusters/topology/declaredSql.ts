import { escapeIdentifier, escapeLiteral } from '../../../src/core/sql';
import type { Major } from '../majors';
import type { PublishedTable, Publication, Subscription } from './declaredTopology';

/** CREATE PUBLICATION as the file declares it. */
export function createPublicationSql(publication: Publication): string {
  const options: string[] = [];
  if (publication.operations !== undefined) {
    options.push(`publish = ${escapeLiteral(publication.operations.join(', '))}`);
  }
  if (publication.viaPartitionRoot === true) options.push('publish_via_partition_root = true');
  const suffix = options.length === 0 ? '' : ` WITH (${options.join(', ')})`;
  return `CREATE PUBLICATION ${escapeIdentifier(publication.name)} ${published(publication)}${suffix}`;
}

/** Subscription options that came later than the oldest supported server. */
const SINCE: Readonly<Record<string, Major>> = { disable_on_error: 15, origin: 16 };

/**
 * CREATE SUBSCRIPTION as the file declares it.
 * @param conninfo how the subscriber's server dials the publisher
 * @param major options that this version lacks are left out
 */
export function createSubscriptionSql(
  subscription: Subscription,
  conninfo: string,
  major: number,
): string {
  const { copyData, disableOnError, origin, slotName, streaming } = subscription;
  const options = Object.entries({
    copy_data: copyData,
    disable_on_error: disableOnError,
    origin,
    slot_name: slotName,
    streaming,
  }).flatMap(([name, value]) =>
    value === undefined || major < (SINCE[name] ?? 0)
      ? []
      : [`${name} = ${escapeLiteral(String(value))}`],
  );
  return [
    `CREATE SUBSCRIPTION ${escapeIdentifier(subscription.name)}`,
    `CONNECTION ${escapeLiteral(conninfo)}`,
    `PUBLICATION ${subscription.publications.map(escapeIdentifier).join(', ')}`,
    ...(options.length === 0 ? [] : [`WITH (${options.join(', ')})`]),
  ].join(' ');
}

/** `schema.table` of a file, quoted for SQL. */
export function quoteTable(table: string | readonly [string, string]): string {
  const [schema, name] = typeof table === 'string' ? splitTable(table) : table;
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** Parts of a `schema.table` of a file; without a schema it is `public`. */
export function splitTable(table: string): readonly [string, string] {
  const dot = table.indexOf('.');
  return dot < 0 ? ['public', table] : [table.slice(0, dot), table.slice(dot + 1)];
}

function published({ allTables, schemas, tables }: Publication): string {
  if (allTables === true) return 'FOR ALL TABLES';
  // Before 15 the keyword stands once, in front of all tables; later versions take that too.
  const parts = [
    ...(tables === undefined ? [] : [`TABLE ${tables.map(publishedTable).join(', ')}`]),
    ...(schemas === undefined
      ? []
      : [`TABLES IN SCHEMA ${schemas.map(escapeIdentifier).join(', ')}`]),
  ];
  return parts.length === 0 ? '' : `FOR ${parts.join(', ')}`;
}

function publishedTable(table: PublishedTable): string {
  if (typeof table === 'string' || Array.isArray(table)) return quoteTable(table);
  const columns = table.columns?.map(escapeIdentifier).join(', ');
  return [
    quoteTable(table.table),
    ...(columns === undefined ? [] : [`(${columns})`]),
    ...(table.rowFilter === undefined ? [] : [`WHERE (${table.rowFilter})`]),
  ].join(' ');
}
