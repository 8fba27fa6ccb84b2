import { formatBytes } from '../format';
import type { RelationFacts } from '../plan/nodeCatalog';
import { say } from '../say';
import { formatTableName } from '../tableName';
import { facts } from './rowText';

/** A table as it is offered for a publication. */
export interface TableChoice {
  readonly label: string;
  /** `1.2 GB · key id`, or what is wrong with it: `1.2 GB · no primary key: UPDATE and DELETE would fail on central`. */
  readonly description: string;
  /**
   * `fit`: any operation may be published. `insertsOnly`: nothing identifies its rows, so publishing UPDATE and DELETE
   * would make them fail upstream. `unfit`: it cannot be published at all.
   */
  readonly fitness: 'fit' | 'insertsOnly' | 'unfit';
}

/** Says what there is to know before a table is put into a publication of this node. */
export function tableChoice(table: RelationFacts, nodeId: string): TableChoice {
  const label = formatTableName(table);
  if (table.persistence !== 'permanent') {
    const description = say`${table.persistence}: cannot be published`;
    return { label, description, fitness: 'unfit' };
  }
  const size = table.sizeBytes === null ? null : formatBytes(table.sizeBytes);
  if (table.replicaIdentity !== 'full' && table.identityColumns.length === 0) {
    const lack =
      table.replicaIdentity === 'nothing' ? say`no replica identity` : say`no primary key`;
    const description = facts(
      size,
      say`${lack}: UPDATE and DELETE would fail on ${nodeId}`,
      ...placeOf(table),
    );
    return { label, description, fitness: 'insertsOnly' };
  }
  const description = facts(
    size,
    table.replicaIdentity === 'full'
      ? say`replica identity full`
      : say`key ${table.identityColumns.join(', ')}`,
    ...placeOf(table),
  );
  return { label, description, fitness: 'fit' };
}

/** Its part in a partitioned table, and whose it is where that is another's. */
function placeOf(table: RelationFacts): readonly (string | null)[] {
  return [
    table.kind === 'partitioned' ? say`partitioned` : null,
    table.isPartition ? say`partition` : null,
    table.isOwned ? null : say`owned by ${table.owner}`,
  ];
}

/** What can be offered for a publication at all: tables, but not those that this extension keeps for itself. */
export function isOffered(relation: RelationFacts): boolean {
  return (
    (relation.kind === 'table' || relation.kind === 'partitioned') &&
    relation.schema !== 'pgtopology'
  );
}
