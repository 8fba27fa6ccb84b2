import { sha256Hex } from '../sha256';
import { escapeIdentifier, escapeLiteral } from '../sql';
import { formatTableName } from '../tableName';
import type { DeclaredTable, TableName } from '../topology';
import type { CatalogPublication, CatalogSubscription, NodeCatalog } from './nodeCatalog';
import { tableClause } from './publicationSql';
import { isSameTable } from './tableLookup';

/**
 * The publication that keeps a table's column list and row filter while the table is out of the publication of this name.
 * Nobody subscribes to it and it sends nothing: it lets a plan that stopped half way be made anew, from whatever window.
 */
export function holderName(publication: string): string {
  return `pgtopology_resync_${sha256Hex(publication).slice(0, 8)}`;
}

/** Whether a publication goes by the name of one that a resync keeps; no look at what is in it. */
export function isHolderName(name: string): boolean {
  return /^pgtopology_resync_[0-9a-f]{8}$/u.test(name);
}

/** Keeps how the publication names the table, and says in clear what for. */
export function holdStatements(publication: string, table: DeclaredTable): readonly string[] {
  const holder = escapeIdentifier(holderName(publication));
  const what = `Postgres Topology: how ${publication} publishes ${formatTableName(table)} while that is copied anew`;
  return [
    `CREATE PUBLICATION ${holder} FOR TABLE ONLY ${tableClause(table)} WITH (publish = '')`,
    `COMMENT ON PUBLICATION ${holder} IS ${escapeLiteral(what)}`,
  ];
}

export function releaseStatement(publication: string): string {
  return `DROP PUBLICATION ${escapeIdentifier(holderName(publication))}`;
}

/** Whether a plan has taken a table out of this publication, or put it back without an end. */
export function hasHolder({ publications }: NodeCatalog, publication: string): boolean {
  return publications.some(({ name }) => name === holderName(publication));
}

/** A table that a plan took out of a publication and did not put back, as it was in it. */
export interface HeldTable {
  readonly publication: CatalogPublication;
  readonly table: DeclaredTable;
}

/** Where the table has to go back to, for this subscription; `null` when no plan left it out. */
export function heldTable(
  publisher: NodeCatalog,
  subscription: Pick<CatalogSubscription, 'publications'>,
  table: TableName,
): HeldTable | null {
  for (const publication of publisher.publications) {
    if (!subscription.publications.includes(publication.name)) continue;
    const holder = publisher.publications.find(({ name }) => name === holderName(publication.name));
    const kept = holder?.namedTables.find((one) => isSameTable(one, table));
    if (kept !== undefined) return { publication, table: kept };
  }
  return null;
}
