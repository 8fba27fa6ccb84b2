import { escapeIdentifier, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { DeclaredTable } from '../topology';
import { didYouMean } from '../didYouMean';
import { say } from '../say';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import { majorOf } from './nodeFindings';
import type { NodeCatalog, RelationFacts } from './nodeCatalog';
import { needsIdentity } from './publicationSql';
import type { CreatePublicationRequest } from './requests';
import { readRowFilter } from './rowFilter';
import { hasReplicaIdentity, isPublishable, kindWords, relationOf } from './tableLookup';

/** First version that publishes generated columns. */
export const GENERATED_COLUMNS = 18;

/** Functions that people reach for and that no row filter may use; the server refuses the others. */
const MUTABLE: ReadonlySet<string> = new Set(
  'now clock_timestamp statement_timestamp transaction_timestamp timeofday current_date current_time current_timestamp localtime localtimestamp random gen_random_uuid uuidv7 nextval currval lastval current_user session_user user current_setting current_role txid_current pg_backend_pid inet_client_addr'.split(
    ' ',
  ),
);

/** What keeps one picked table out of a publication, or would break writing to it. */
export function publishedTableFindings(
  request: CreatePublicationRequest,
  table: DeclaredTable,
  catalog: NodeCatalog,
): readonly Finding[] {
  const relation = relationOf(catalog, table);
  if (relation === null) return [missing(table, catalog)];
  if (!isPublishable(relation)) return [unfit(relation, catalog)];
  return [
    ...ownerFindings(relation, catalog),
    ...partitionFindings(request, table, relation, catalog),
    ...columnFindings(table, relation, catalog),
    ...(needsIdentity(request.operations) ? identityFindings(table, relation, catalog) : []),
    ...filterFindings(request, table, relation, catalog),
  ];
}

function missing(table: DeclaredTable, catalog: NodeCatalog): Finding {
  const name = formatTableName(table);
  const meant = didYouMean(name, catalog.relations.map(formatTableName));
  return errorFinding(
    'missingTable',
    catalog.nodeId,
    say`${name} does not exist on ${catalog.nodeId} (42P01).`,
    meant === null ? say`Create it first, or pick another.` : say`Did you mean ${meant}?`,
  );
}

function unfit(relation: RelationFacts, catalog: NodeCatalog): Finding {
  return errorFinding(
    'unfitTable',
    catalog.nodeId,
    say`${formatTableName(relation)} on ${catalog.nodeId} is ${kindWords(relation)}, which cannot be published (22023).`,
    say`Pick ordinary and partitioned tables only.`,
  );
}

function ownerFindings(relation: RelationFacts, catalog: NodeCatalog): readonly Finding[] {
  const { role, nodeId } = catalog;
  if (role.isSuperuser || relation.isOwned) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${formatTableName(relation)} on ${nodeId} belongs to ${relation.owner}, and only its owner may publish it: ${role.name} may not (42501).`,
      {
        text: say`Let ${relation.owner} do it ("adminUser" in the file), or make ${role.name} a member of it.`,
        copy: `GRANT ${escapeIdentifier(relation.owner)} TO ${escapeIdentifier(role.name)};`,
      },
    ),
  ];
}

/** Lists and filters of a partitioned table hold for its root alone. */
function partitionFindings(
  request: CreatePublicationRequest,
  table: DeclaredTable,
  relation: RelationFacts,
  catalog: NodeCatalog,
): readonly Finding[] {
  const isLimited = table.columns !== null || table.rowFilter !== null;
  if (relation.kind !== 'partitioned' || request.viaPartitionRoot || !isLimited) return [];
  return [
    errorFinding(
      'unfitTable',
      catalog.nodeId,
      say`${formatTableName(relation)} is partitioned: a column list or row filter on it needs changes to be published by the root table.`,
      say`Publish via the partition root, or leave out list and filter.`,
    ),
  ];
}

function columnFindings(
  table: DeclaredTable,
  relation: RelationFacts,
  catalog: NodeCatalog,
): readonly Finding[] {
  const columns = table.columns ?? [];
  const name = formatTableName(relation);
  if (table.columns?.length === 0) {
    return [
      errorFinding('missingColumn', catalog.nodeId, say`The column list of ${name} is empty.`),
    ];
  }
  const known = new Map(relation.columns.map((column) => [column.name, column]));
  return columns.flatMap((column) => {
    const facts = known.get(column);
    if (facts === undefined) {
      const meant = didYouMean(column, known.keys());
      return [
        errorFinding(
          'missingColumn',
          catalog.nodeId,
          say`${name} on ${catalog.nodeId} has no column ${column} (42703).`,
          meant === null ? null : say`Did you mean ${meant}?`,
        ),
      ];
    }
    if (!facts.isGenerated || majorOf(catalog) >= GENERATED_COLUMNS) return [];
    return [
      errorFinding(
        'missingColumn',
        catalog.nodeId,
        say`${column} of ${name} is a generated column: publishing it needs Postgres 18 or newer.`,
        say`Leave ${column} out of the column list.`,
      ),
    ];
  });
}

function identityFindings(
  table: DeclaredTable,
  relation: RelationFacts,
  catalog: NodeCatalog,
): readonly Finding[] {
  const name = formatTableName(relation);
  if (!hasReplicaIdentity(relation)) {
    return [
      errorFinding(
        'noReplicaIdentity',
        catalog.nodeId,
        say`${name} has no replica identity: UPDATE and DELETE on it would fail on ${catalog.nodeId} (55000).`,
        {
          text: say`Publish inserts only, add a primary key, or set REPLICA IDENTITY FULL (whole old rows go into the WAL).`,
          copy: `ALTER TABLE ${qualifiedName(relation)} REPLICA IDENTITY FULL;`,
        },
      ),
    ];
  }
  const { columns } = table;
  if (columns === null) return [];
  const identity =
    relation.replicaIdentity === 'full'
      ? relation.columns.map((column) => column.name)
      : relation.identityColumns;
  const left = identity.filter((column) => !columns.includes(column));
  if (left.length === 0) return [];
  return [
    errorFinding(
      'noReplicaIdentity',
      catalog.nodeId,
      say`The column list of ${name} leaves out ${listNames(left)} of its replica identity: UPDATE and DELETE on it would fail on ${catalog.nodeId} (55000).`,
      say`Add ${listNames(left)} to the list, or publish inserts only.`,
    ),
  ];
}

function filterFindings(
  request: CreatePublicationRequest,
  table: DeclaredTable,
  relation: RelationFacts,
  catalog: NodeCatalog,
): readonly Finding[] {
  if (table.rowFilter === null) return [];
  const name = formatTableName(relation);
  const { problem, names, functions } = readRowFilter(table.rowFilter);
  if (problem !== null) {
    return [
      errorFinding(
        'unfitTable',
        catalog.nodeId,
        say`The row filter of ${name} cannot be used: ${problem}.`,
      ),
    ];
  }
  const columns = new Set(relation.columns.map((column) => column.name));
  const mutable = [
    ...functions.filter((one) => MUTABLE.has(one)).map((one) => `${one}()`),
    ...names.filter((one) => MUTABLE.has(one) && !columns.has(one)),
  ];
  if (mutable.length > 0) {
    return [
      errorFinding(
        'unfitTable',
        catalog.nodeId,
        say`The row filter of ${name} uses ${listNames(mutable)}, whose value changes: Postgres takes built-in functions only that always give the same (0A000).`,
        say`Compare columns with constants.`,
      ),
    ];
  }
  if (!needsIdentity(request.operations) || relation.replicaIdentity === 'full') return [];
  const outside = [...new Set(names)].filter(
    (column) => columns.has(column) && !relation.identityColumns.includes(column),
  );
  if (outside.length === 0 || relation.identityColumns.length === 0) return [];
  return [
    errorFinding(
      'noReplicaIdentity',
      catalog.nodeId,
      say`The row filter of ${name} looks at ${listNames(outside)}, which is not in its replica identity: UPDATE and DELETE on it would fail on ${catalog.nodeId} (55000).`,
      {
        text: say`Publish inserts only, filter by columns of the replica identity, or set REPLICA IDENTITY FULL.`,
        copy: `ALTER TABLE ${qualifiedName(relation)} REPLICA IDENTITY FULL;`,
      },
    ),
  ];
}
