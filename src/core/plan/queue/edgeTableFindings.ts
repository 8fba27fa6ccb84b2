import { say } from '../../say';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import type { Finding } from '../finding';
import { errorFinding, listNames, noteFinding, warningFinding } from '../findingParts';
import type { NodeCatalog, RelationFacts } from '../nodeCatalog';
import { isSameTable, isWritableTarget, kindWords, relationOf } from '../tableLookup';
import { isOurs } from './edgeTables';
import { encodingFindings, policyFindings, rowSecurityFindings } from './drainFindings';
import type { QueueFacts } from './queueFacts';
import type { SetUpEdgeRequest } from './setUpEdgeRequest';

/** The two nodes of a set-up as they are. */
export interface EdgePair {
  readonly edge: NodeCatalog;
  readonly primary: NodeCatalog;
  readonly edgeFacts: QueueFacts;
  readonly primaryFacts: QueueFacts;
}

/** What keeps a table's writes from being queued and applied, or will make them conflicts; each table by its name. */
export function edgeTableFindings(request: SetUpEdgeRequest, pair: EdgePair): readonly Finding[] {
  return [
    ...request.tables.flatMap((table) => tableFindings(request, table, pair)),
    ...keyUpdateFindings(request.tables, pair),
    ...twiceFindings(request.tables, pair),
    ...encodingFindings(pair),
  ];
}

type QueuedTable = SetUpEdgeRequest['tables'][number];

function tableFindings(
  request: SetUpEdgeRequest,
  table: QueuedTable,
  { edge, primary, edgeFacts, primaryFacts }: EdgePair,
): readonly Finding[] {
  const here = relationOf(edge, table);
  const there = relationOf(primary, table);
  const name = formatTableName(table);
  if (here === null || there === null) {
    return [edge, primary]
      .filter((catalog) => relationOf(catalog, table) === null)
      .map(({ nodeId }) =>
        errorFinding(
          'missingTable',
          nodeId,
          say`${nodeId} has no table ${name} (42P01).`,
          say`Create it first, or leave it out.`,
        ),
      );
  }
  const unfit = [
    ...fitFindings(request, here, edge, edgeFacts),
    ...fitFindings({ ...request, capture: 'application' }, there, primary, primaryFacts),
  ];
  if (unfit.length > 0) return unfit;
  return [
    ...keyFindings(here, there, edge, primary),
    ...columnFindings(here, there, edge, primary),
    ...policyFindings(table, there, primary, request.capture === 'application'),
    ...rowSecurityFindings(request, table, primary, primaryFacts),
    ...counterFindings(here, edge, primary, edgeFacts, primaryFacts),
  ];
}

/** What no trigger can capture, or what has no key to know a row by. */
function fitFindings(
  { capture, queue, tables }: SetUpEdgeRequest,
  relation: RelationFacts,
  { nodeId }: NodeCatalog,
  facts: QueueFacts,
): readonly Finding[] {
  const name = formatTableName(relation);
  const refuse = (why: string, fix: string): readonly Finding[] => [
    errorFinding('unfitTable', nodeId, say`${name} on ${nodeId} ${why}`, fix),
  ];
  if (!isWritableTarget(relation) || relation.persistence === 'temporary') {
    return refuse(say`is ${kindWords(relation)}, which cannot be queued.`, say`Leave it out.`);
  }
  if (isSameTable(relation, queue) || relation.schema === 'pgtopology') {
    return refuse(say`belongs to the queue itself.`, say`Leave it out.`);
  }
  if ((relation.primaryKey ?? []).length === 0) {
    return refuse(
      say`has no primary key, so nothing tells which of its rows a queued write is about.`,
      say`Give it one, or leave it out.`,
    );
  }
  if (capture !== 'trigger') return [];
  if (facts.parents.some((parent) => isSameTable(parent, relation))) {
    return refuse(
      say`has tables that inherit from it, whose rows its trigger would not see.`,
      say`Let the application queue its writes ("capture": "application"), or leave it out.`,
    );
  }
  const root = facts.partitions.find((one) => isSameTable(one, relation))?.root;
  if (root !== undefined && tables.some((table) => isSameTable(table, root))) {
    return refuse(
      say`is a partition of ${formatTableName(root)}, which is queued as a whole: both would queue each write twice.`,
      say`Leave one of them out.`,
    );
  }
  return [];
}

function keyFindings(
  here: RelationFacts,
  there: RelationFacts,
  edge: NodeCatalog,
  primary: NodeCatalog,
): readonly Finding[] {
  const [own, other] = [here.primaryKey ?? [], there.primaryKey ?? []];
  if (own.length === other.length && own.every((column) => other.includes(column))) return [];
  return [
    errorFinding(
      'uniqueKey',
      edge.nodeId,
      say`The primary key of ${formatTableName(here)} is (${own.join(', ')}) on ${edge.nodeId} and (${other.join(', ')}) on ${primary.nodeId}: a queued write would not find its row.`,
      say`Give both the same primary key.`,
    ),
  ];
}

function columnFindings(
  here: RelationFacts,
  there: RelationFacts,
  edge: NodeCatalog,
  primary: NodeCatalog,
): readonly Finding[] {
  const name = formatTableName(here);
  const columns = new Map(there.columns.map((column) => [column.name, column]));
  const missing = here.columns.filter((column) => !column.isGenerated && !columns.has(column.name));
  const differing = here.columns.filter((column) => {
    const other = columns.get(column.name);
    return other !== undefined && other.type !== column.type;
  });
  const unfilled = there.columns.filter(
    (column) =>
      column.isNotNull &&
      !column.hasDefault &&
      !column.isGenerated &&
      !here.columns.some((own) => own.name === column.name),
  );
  const names = (found: readonly { readonly name: string }[]) =>
    listNames(found.map((one) => one.name));
  return [
    ...(missing.length === 0
      ? []
      : [
          errorFinding(
            'missingColumn',
            primary.nodeId,
            say`${name} on ${primary.nodeId} has no column ${names(missing)}, which ${edge.nodeId} queues: every write would become a conflict.`,
            say`Add it on ${primary.nodeId} first, or drop it on ${edge.nodeId}.`,
          ),
        ]),
    ...(differing.length === 0
      ? []
      : [
          warningFinding(
            'columnType',
            primary.nodeId,
            say`${name} has other types on ${primary.nodeId} than on ${edge.nodeId}: ${listNames(differing.map((column) => `${column.name} (${column.type} → ${columns.get(column.name)?.type ?? '?'})`))}. A value that does not fit makes its write dead.`,
            say`Give both the same types.`,
          ),
        ]),
    ...(unfilled.length === 0
      ? []
      : [
          warningFinding(
            'missingColumn',
            primary.nodeId,
            say`${name} on ${primary.nodeId} wants a value for ${names(unfilled)}, which ${edge.nodeId} does not have: queued INSERTs would be dead (23502).`,
            say`Set a default, or allow NULL.`,
          ),
        ]),
  ];
}

/** Numbers that both nodes draw by themselves meet sooner or later. */
function counterFindings(
  here: RelationFacts,
  edge: NodeCatalog,
  primary: NodeCatalog,
  edgeFacts: QueueFacts,
  primaryFacts: QueueFacts,
): readonly Finding[] {
  const drawn = (here.primaryKey ?? []).filter((column) =>
    [edgeFacts, primaryFacts].every(({ counters }) =>
      counters.some((one) => isSameTable(one, here) && one.column === column),
    ),
  );
  if (drawn.length === 0) return [];
  return [
    warningFinding(
      'uniqueKey',
      edge.nodeId,
      say`${edge.nodeId} and ${primary.nodeId} both number ${formatTableName(here)} by themselves (${drawn.join(', ')}): two different rows with one number become a conflict.`,
      say`Use uuid, or let each node draw numbers that the other does not.`,
    ),
  ];
}

/** A key that follows another table's on both nodes is changed twice, and its rows are no longer found. */
function keyUpdateFindings(
  tables: readonly TableName[],
  { edge, primary, edgeFacts, primaryFacts }: EdgePair,
): readonly Finding[] {
  const isQueued = (table: TableName) => tables.some((one) => isSameTable(one, table));
  return (
    [
      [edge, edgeFacts],
      [primary, primaryFacts],
    ] as const
  ).flatMap(([{ nodeId }, { foreignKeys }]) =>
    foreignKeys
      .filter(
        ({ onUpdate, table, references }) =>
          onUpdate !== null && isQueued(table) && isQueued(references),
      )
      .map(({ name, table, references, onUpdate }) =>
        errorFinding(
          'unfitTable',
          nodeId,
          say`${name} of ${formatTableName(table)} on ${nodeId} follows changed keys of ${formatTableName(references)} (ON UPDATE ${WORDS[onUpdate ?? 'cascade']}): the change would be made by the queue and by the key.`,
          say`Make the foreign key without it, or leave one of the tables out.`,
        ),
      ),
  );
}

const WORDS = { cascade: 'CASCADE', setNull: 'SET NULL', setDefault: 'SET DEFAULT' } as const;

/** A trigger of the user's that both nodes have acts on the edge, whose writes are queued, and again on the primary. */
function twiceFindings(
  tables: readonly TableName[],
  { edge, primary, edgeFacts, primaryFacts }: EdgePair,
): readonly Finding[] {
  return edgeFacts.triggers
    .filter(
      (trigger) => !isOurs(trigger) && trigger.fires !== 'never' && trigger.fires !== 'replica',
    )
    .filter(({ table }) => tables.some((one) => isSameTable(one, table)))
    .filter(({ table, name }) =>
      primaryFacts.triggers.some(
        (other) =>
          other.name === name && other.fires !== 'never' && isSameTable(other.table, table),
      ),
    )
    .map(({ table, name, mentions }) => {
      const written = tables.filter(
        (one) => !isSameTable(one, table) && mentions.includes(one.name),
      );
      const where = say`The trigger ${name} of ${formatTableName(table)} is on ${edge.nodeId} and on ${primary.nodeId}`;
      if (written.length === 0) {
        return noteFinding(
          'firingTrigger',
          edge.nodeId,
          say`${where}: what it writes to other queued tables would be written twice.`,
          say`Look at what it does.`,
        );
      }
      return warningFinding(
        'firingTrigger',
        edge.nodeId,
        say`${where}, and its function names ${listNames(written.map(formatTableName))}: what it writes there is queued, and written again by the trigger on ${primary.nodeId}.`,
        say`Drop it on one of them, or leave ${listNames(written.map(formatTableName))} out.`,
      );
    });
}
