import { say } from '../say';
import { escapeIdentifier, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { copyTableText } from './copyTables';
import type { Finding } from './finding';
import { errorFinding, listNames, warningFinding } from './findingParts';
import type { ColumnFacts, NodeCatalog, RelationFacts } from './nodeCatalog';
import type { TableDefinition } from './tableDefinition';
import type { SubscribedTable } from './subscribedTables';
import { missingColumnsDdl, subscriberTableDdl } from './tableDdl';
import {
  hasReplicaIdentity,
  isSameTable,
  isWritableTarget,
  kindWords,
  relationOf,
} from './tableLookup';

/** What is known beside the catalogs, for tables that are missing. */
export interface MissingTables {
  /** Of the publisher; with one of them the whole table is written out. */
  readonly definitions?: readonly TableDefinition[];
  /** Made by the plan itself, so not missing. */
  readonly made?: readonly TableName[];
}

/** What the copying and applying of these tables would stumble over on the subscriber. */
export function targetTableFindings(
  tables: readonly SubscribedTable[],
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  isBinary: boolean,
  { definitions = [], made = [] }: MissingTables = {},
): readonly Finding[] {
  return tables.flatMap((table) => {
    const target = relationOf(subscriber, table);
    if (target === null) {
      if (made.some((one) => isSameTable(one, table))) return [];
      const definition = definitions.find((one) => isSameTable(one, table));
      return [missingTable(table, subscriber, definition ?? null)];
    }
    if (!isWritableTarget(target)) return [unfitTable(target, subscriber)];
    return [
      ...columnFindings(table, target, publisher, subscriber),
      ...typeFindings(table, target, publisher, subscriber, isBinary),
      ...unfilledFindings(table, target, publisher, subscriber),
      ...identityFindings(table, target, publisher, subscriber),
    ];
  });
}

function missingTable(
  table: SubscribedTable,
  subscriber: NodeCatalog,
  definition: TableDefinition | null,
): Finding {
  const name = formatTableName(table);
  const { nodeId } = subscriber;
  return errorFinding(
    'missingTable',
    nodeId,
    say`${name} does not exist on ${nodeId} (42P01), and ${listNames(table.publications)} publishes it.`,
    table.columns === null && definition === null
      ? say`Create it on ${nodeId} first: a subscription copies rows, never tables.`
      : {
          text: say`Create it on ${nodeId} first: a subscription copies rows, never tables.`,
          copy:
            definition === null
              ? subscriberTableDdl(table, subscriber)
              : copyTableText(definition, subscriber),
        },
  );
}

function unfitTable(target: RelationFacts, { nodeId }: NodeCatalog): Finding {
  return errorFinding(
    'unfitTable',
    nodeId,
    say`${formatTableName(target)} on ${nodeId} is ${kindWords(target)}: a subscription writes to tables alone.`,
    say`Rename it and create a table of that name.`,
  );
}

function columnFindings(
  table: SubscribedTable,
  target: RelationFacts,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const there = new Map(target.columns.map((column) => [column.name, column]));
  const missing = (table.columns ?? []).filter(({ name }) => !there.has(name));
  const generated = (table.columns ?? []).filter(({ name }) => there.get(name)?.isGenerated);
  const name = formatTableName(table);
  return [
    ...(missing.length === 0
      ? []
      : [
          errorFinding(
            'missingColumn',
            subscriber.nodeId,
            say`${name} on ${subscriber.nodeId} has no column ${listNames(namesOf(missing))}, which ${publisher.nodeId} sends: the subscription would stop at the first row.`,
            {
              text:
                missing.length === 1
                  ? say`Add it on ${subscriber.nodeId} first.`
                  : say`Add them on ${subscriber.nodeId} first.`,
              copy: missingColumnsDdl(table, missing),
            },
          ),
        ]),
    ...(generated.length === 0
      ? []
      : [
          errorFinding(
            'columnType',
            subscriber.nodeId,
            say`${listNames(namesOf(generated))} of ${name} is a generated column on ${subscriber.nodeId}, but ${publisher.nodeId} sends values for it: the subscription would stop at the first row.`,
            say`Make it an ordinary column on ${subscriber.nodeId}, or leave it out of the publication.`,
          ),
        ]),
  ];
}

function typeFindings(
  table: SubscribedTable,
  target: RelationFacts,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
  isBinary: boolean,
): readonly Finding[] {
  const sent = new Map((table.columns ?? []).map((column) => [column.name, column]));
  const differing = target.columns.filter(({ name, type }) => {
    const column = sent.get(name);
    return column !== undefined && column.type !== type;
  });
  if (differing.length === 0) return [];
  const words = differing.map(
    ({ name, type }) => `${name} (${sent.get(name)?.type ?? '?'} → ${type})`,
  );
  const where = say`${formatTableName(table)} has other types on ${subscriber.nodeId} than on ${publisher.nodeId}: ${listNames(words)}.`;
  return isBinary
    ? [
        errorFinding(
          'columnType',
          subscriber.nodeId,
          say`${where} In binary form a value travels between equal types only.`,
          say`Leave out the option binary, or give both the same types.`,
        ),
      ]
    : [
        warningFinding(
          'columnType',
          subscriber.nodeId,
          say`${where} A value that does not fit stops the subscription.`,
          say`Give both the same types.`,
        ),
      ];
}

/** Columns that nobody fills: each row from the publisher would be refused. */
function unfilledFindings(
  table: SubscribedTable,
  target: RelationFacts,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  if (table.columns === null) return [];
  const sent = new Set(namesOf(table.columns));
  const unfilled = target.columns.filter(
    ({ name, isNotNull, hasDefault, isGenerated }) =>
      isNotNull && !hasDefault && !isGenerated && !sent.has(name),
  );
  if (unfilled.length === 0) return [];
  const names = listNames(namesOf(unfilled));
  return [
    warningFinding(
      'missingColumn',
      subscriber.nodeId,
      say`${formatTableName(table)} on ${subscriber.nodeId} wants a value for ${names}, which ${publisher.nodeId} does not send: rows would be refused (23502).`,
      {
        text: say`Allow NULL there, or set a default.`,
        copy: `ALTER TABLE ${qualifiedName(table)} ${unfilled
          .map(({ name }) => `ALTER COLUMN ${escapeIdentifier(name)} DROP NOT NULL`)
          .join(', ')};`,
      },
    ),
  ];
}

/** How UPDATE and DELETE find their row on the subscriber, and whether they can be sent at all. */
function identityFindings(
  table: SubscribedTable,
  target: RelationFacts,
  publisher: NodeCatalog,
  subscriber: NodeCatalog,
): readonly Finding[] {
  const { relation } = table;
  if (!table.sendsOldRows || relation === null) return [];
  const name = formatTableName(table);
  if (!hasReplicaIdentity(relation)) {
    return [
      warningFinding(
        'noReplicaIdentity',
        publisher.nodeId,
        say`${name} on ${publisher.nodeId} has no replica identity: UPDATE and DELETE on it fail there already (55000).`,
        {
          text: say`Add a primary key, or set REPLICA IDENTITY FULL.`,
          copy: `ALTER TABLE ${qualifiedName(table)} REPLICA IDENTITY FULL;`,
        },
      ),
    ];
  }
  // Whole old rows are compared: any key of the subscriber is among them.
  if (relation.replicaIdentity === 'full') return [];
  // A subscriber's FULL is no key: then its primary key is what rows are found by.
  const key = target.replicaIdentity === 'full' ? target.primaryKey : target.identityColumns;
  if (key === undefined) return [];
  const outside = key.filter((column) => !relation.identityColumns.includes(column));
  if (key.length > 0 && outside.length === 0) return [];
  const why =
    key.length === 0
      ? say`has neither primary key nor replica identity on ${subscriber.nodeId}`
      : say`is identified by ${listNames(key)} on ${subscriber.nodeId}, but by ${listNames(relation.identityColumns)} on ${publisher.nodeId}`;
  return [
    errorFinding(
      'noReplicaIdentity',
      subscriber.nodeId,
      say`${name} ${why}: the first UPDATE or DELETE would stop the subscription (55000).`,
      {
        text: say`Give it the same key on ${subscriber.nodeId}.`,
        copy: `ALTER TABLE ${qualifiedName(table)} ADD PRIMARY KEY (${relation.identityColumns.map(escapeIdentifier).join(', ')});`,
      },
    ),
  ];
}

function namesOf(columns: readonly ColumnFacts[]): readonly string[] {
  return columns.map(({ name }) => name);
}
