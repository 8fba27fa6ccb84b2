import { say } from '../../say';
import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { Finding } from '../finding';
import { errorFinding, listNames, warningFinding } from '../findingParts';
import type { ColumnFacts, RelationFacts } from '../nodeCatalog';
import {
  PENDING_SYNC_COMMENT,
  PENDING_SYNC_VERSION,
  QUEUE_COLUMNS,
  queueIndexes,
  queueShapeOf,
  queueVersion,
  UPGRADED_QUEUE_COMMENT,
} from '../pendingSyncTable';
import { kindWords } from '../tableLookup';

/** How long writers of the queue wait at most while it is upgraded: the one statement's limit, and its wait for the lock. */
export const UPGRADE_LIMIT_MS = 60_000;

/** Whether a table is a queue of an application's, or of an older version of ours. */
export function needsUpgrade(relation: RelationFacts): boolean {
  const version = queueVersion(relation.comment);
  if (version !== null && version >= PENDING_SYNC_VERSION) return false;
  return isQueue(relation);
}

/** Whether it can be a queue at all, by its columns. */
export function isQueue(relation: RelationFacts): boolean {
  const names = new Set(relation.columns.map(({ name }) => name));
  return queueShapeOf(names) !== 'other';
}

/** Whether an application made it, not we. */
export function isOfApplication(relation: RelationFacts): boolean {
  return queueVersion(relation.comment) === null
    ? !hasColumn(relation, 'seq')
    : relation.comment?.endsWith(UPGRADED_QUEUE_COMMENT.slice(PENDING_SYNC_COMMENT.length)) ===
        true;
}

/** What its comment says once it is upgraded. */
export function upgradedComment(relation: RelationFacts): string {
  return isOfApplication(relation) ? UPGRADED_QUEUE_COMMENT : PENDING_SYNC_COMMENT;
}

/** What keeps a table from becoming a queue, and what a trigger of ours could not fill. */
export function upgradeFindings(
  relation: RelationFacts,
  nodeId: string,
  isFilledByTrigger: boolean,
): readonly Finding[] {
  const name = formatTableName(relation);
  const refuse = (text: string): readonly Finding[] => [
    errorFinding('nameTaken', nodeId, text, OTHER_NAME),
  ];
  const version = queueVersion(relation.comment) ?? 0;
  if (version > PENDING_SYNC_VERSION) {
    return refuse(
      say`${name} on ${nodeId} was made by a newer version of this extension (${version}): update the extension.`,
    );
  }
  if (relation.kind !== 'table')
    return refuse(say`${name} on ${nodeId} is ${kindWords(relation)}.`);
  if (!isQueue(relation)) return refuse(say`${name} on ${nodeId} exists already and is no queue.`);
  const lacking = ['id', 'table_name', 'operation', 'data'].filter(
    (column) => !hasColumn(relation, column),
  );
  if (lacking.length > 0) {
    return refuse(say`${name} on ${nodeId} cannot become a queue: it lacks ${listNames(lacking)}.`);
  }
  const unfit = relation.columns.filter(
    (column) => FITTING[column.name]?.includes(baseType(column)) === false,
  );
  if (unfit.length > 0) {
    const words = unfit.map((column) => `${column.name} (${column.type})`);
    return refuse(
      say`${name} on ${nodeId} cannot become a queue: ${listNames(words)} ${unfit.length === 1 ? say`is` : say`are`} of another type than a queue's.`,
    );
  }
  const mends = relation.columns.flatMap((column) => mendsOf(column, isFilledByTrigger));
  if (mends.length > 0) {
    return [
      errorFinding(
        'nameTaken',
        nodeId,
        say`${name} on ${nodeId} cannot become a queue as it is: ${listNames(mends.map(({ why }) => why))}.`,
        {
          text: mends.some(({ clause }) => clause.includes(' AT TIME ZONE '))
            ? say`Change it first, with the time zone that the application writes in for UTC.`
            : say`Change it first.`,
          copy: `ALTER TABLE ${qualifiedName(relation)} ${mends.map(({ clause }) => clause).join(', ')};`,
        },
      ),
    ];
  }
  const unfilled = relation.columns.filter(
    (column) =>
      column.isNotNull &&
      !column.hasDefault &&
      !column.isGenerated &&
      !QUEUE_COLUMNS.some(([own]) => own === column.name),
  );
  if (!isFilledByTrigger || unfilled.length === 0) return [];
  return [
    errorFinding(
      'missingColumn',
      nodeId,
      say`${name} on ${nodeId} wants a value for ${listNames(unfilled.map((column) => column.name))}, which a capture trigger does not give: every write to a captured table would fail (23502).`,
      say`Set a default, or let the application fill the queue ("capture": "application").`,
    ),
  ];
}

/** Words for the plan: what is locked and rewritten, for how long. */
export function upgradeWarning(relation: RelationFacts, nodeId: string): Finding {
  return warningFinding('oldShape', nodeId, upgradeWords(relation, nodeId));
}

export function upgradeWords(relation: RelationFacts, nodeId: string): string {
  const rows = relation.rowEstimate ?? 0;
  return say`${formatTableName(relation)} on ${nodeId} is locked (ACCESS EXCLUSIVE) while ${rows > 0 ? say`its rows, about ${Math.round(rows)},` : say`its rows`} are rewritten: whoever writes to it waits, at most ${UPGRADE_LIMIT_MS / 1000} s, and then goes on; a failure leaves everything as it was.`;
}

/**
 * One statement, so that one limit holds for the whole of the lock. Keeps every row and column, and lets the application's own
 * INSERTs of (table_name, operation, data) succeed as before: nothing is made stricter than it was.
 */
export function upgradeSql(relation: RelationFacts): string {
  const name = qualifiedName(relation);
  const text = escapeLiteral(name);
  const added = QUEUE_COLUMNS.filter(
    ([column]) => !hasColumn(relation, column) && column !== 'seq' && column !== 'txid',
  ).map(([column, definition]) => `ADD COLUMN ${column} ${withoutCheck(definition)}`);
  const isNumbered = hasColumn(relation, 'seq');
  const columns = [
    ...(isNumbered ? [] : ['ADD COLUMN seq bigint']),
    // Without a default yet: rows that are there stay without, since nobody knows which of them belong together.
    ...(hasColumn(relation, 'txid')
      ? ['ALTER COLUMN txid DROP NOT NULL']
      : ['ADD COLUMN txid xid8']),
    ...added,
  ];
  const isOld = !hasColumn(relation, 'state');
  const finish = [
    'ALTER COLUMN txid SET DEFAULT pg_catalog.pg_current_xact_id()',
    ...(isNumbered
      ? []
      : [
          'ALTER COLUMN seq SET NOT NULL',
          'ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY',
          'ADD UNIQUE (seq)',
        ]),
    ...(isOld ? ["ADD CHECK (state IN ('pending', 'done', 'conflict', 'dead'))"] : []),
    ...(relation.primaryKey?.length === 1 && relation.primaryKey[0] === 'id'
      ? []
      : keyOnId(relation)),
    ...defaults(relation),
    // A DELETE that a trigger queues has none.
    ...(relation.columns.some((column) => column.name === 'data' && column.isNotNull)
      ? ['ALTER COLUMN data DROP NOT NULL']
      : []),
  ];
  const lines = [
    `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE;`,
    `ALTER TABLE ${name}\n    ${columns.join(',\n    ')};`,
    ...(isNumbered
      ? []
      : [
          `UPDATE ${name} AS q SET seq = o.seq${isOld ? ", state = CASE WHEN q.synced_at IS NULL THEN 'pending' ELSE 'done' END" : ''}
    FROM (SELECT id, pg_catalog.row_number() OVER (ORDER BY created_at NULLS FIRST, id) AS seq FROM ${name}) AS o
   WHERE o.id = q.id;`,
        ]),
    `ALTER TABLE ${name}\n    ${finish.join(',\n    ')};`,
    ...(isNumbered
      ? []
      : [
          `PERFORM pg_catalog.setval(pg_catalog.pg_get_serial_sequence(${text}, 'seq'), (SELECT pg_catalog.count(*) + 1 FROM ${name}), false);`,
        ]),
    ...queueIndexes(relation).map(
      ({ index, on }) => `CREATE INDEX IF NOT EXISTS ${escapeIdentifier(index)} ON ${name} ${on};`,
    ),
    `COMMENT ON TABLE ${name} IS ${escapeLiteral(upgradedComment(relation))};`,
  ];
  return doBlock(lines);
}

/** What takes an upgrade of an application's table back: only what was added. */
export function downgradeSql(relation: RelationFacts): readonly string[] {
  const name = qualifiedName(relation);
  const added = QUEUE_COLUMNS.map(([column]) => column).filter(
    (column) => !hasColumn(relation, column),
  );
  if (added.length === 0) return [];
  return [
    `ALTER TABLE ${name} ${added.map((column) => `DROP COLUMN ${column}`).join(', ')}`,
    `COMMENT ON TABLE ${name} IS ${relation.comment === null ? 'NULL' : escapeLiteral(relation.comment)}`,
  ];
}

/** Columns of an upgraded table that its application did not make. */
export function addedColumns(relation: RelationFacts): readonly string[] {
  const own = ['id', 'table_name', 'operation', 'data', 'created_at', 'synced_at', 'error'];
  return QUEUE_COLUMNS.map(([column]) => column).filter(
    (column) => !own.includes(column) && hasColumn(relation, column),
  );
}

const OTHER_NAME = say`Rename it, or name another table as "pendingSync.table" in the file.`;

/** Types that a queue's columns may have where they are there already. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  id: ['uuid'],
  seq: ['bigint'],
  txid: ['xid8'],
  table_schema: ['text', 'character varying', 'name'],
  table_name: ['text', 'character varying', 'name'],
  operation: ['text', 'character varying', 'character'],
  key: ['jsonb'],
  data: ['jsonb', 'json'],
  old_data: ['jsonb'],
  state: ['text'],
  attempts: ['integer', 'bigint'],
  next_attempt_at: ['timestamp with time zone'],
  error: ['text', 'character varying'],
  error_sqlstate: ['text'],
  created_at: ['timestamp with time zone', 'timestamp without time zone'],
  synced_at: ['timestamp with time zone', 'timestamp without time zone'],
};

interface Mend {
  readonly why: string;
  /** Of ALTER TABLE. */
  readonly clause: string;
}

/** Columns that a drain or a trigger writes NULL to. */
const NULLABLE = ['key', 'old_data', 'next_attempt_at', 'error', 'error_sqlstate', 'synced_at'];

/** What a drain could not read or write in a column of a fitting name, and what changes it. Only its owner can say what it means. */
function mendsOf(
  { name, type, isNotNull }: ColumnFacts,
  isFilledByTrigger: boolean,
): readonly Mend[] {
  const isTime = name === 'created_at' || name === 'synced_at';
  const limit = Number(/^character(?: varying)?\((\d+)\)$/u.exec(type)?.[1] ?? 'Infinity');
  const isWritten = name === 'error' || name === 'error_sqlstate';
  const isNamed = isFilledByTrigger && (name === 'table_schema' || name === 'table_name');
  const isOperation = name === 'operation' && (limit < 6 || /^character\((?!6\))/u.test(type));
  const retyped =
    isTime && type.includes('without time zone')
      ? [
          {
            why: say`${name} has no time zone (${type})`,
            clause: `ALTER COLUMN ${name} TYPE timestamptz USING ${name} AT TIME ZONE 'UTC'`,
          },
        ]
      : name === 'data' && type === 'json'
        ? [{ why: say`data is json`, clause: 'ALTER COLUMN data TYPE jsonb USING data::jsonb' }]
        : (isWritten && limit < Infinity) || (isNamed && limit < 63) || isOperation
          ? [
              {
                why: say`${name} is too narrow (${type})`,
                clause: `ALTER COLUMN ${name} TYPE text`,
              },
            ]
          : [];
  return [
    ...retyped,
    ...(isNotNull && NULLABLE.includes(name)
      ? [{ why: `${name} is NOT NULL`, clause: `ALTER COLUMN ${name} DROP NOT NULL` }]
      : []),
  ];
}

function baseType({ type }: ColumnFacts): string {
  return type.replace(/\(\d+\)/u, '');
}

function hasColumn(relation: RelationFacts, name: string): boolean {
  return relation.columns.some((column) => column.name === name);
}

/** Checks of new columns are added by name-less constraints at the end, in the same statement as the rest. */
function withoutCheck(definition: string): string {
  return definition.replace(/ CHECK \(.*\)$/u, '');
}

/** Nothing but `id` tells operations apart; another primary key stays and gets company. */
function keyOnId(relation: RelationFacts): readonly string[] {
  const isUnique = relation.uniqueKeys?.some((key) => key.length === 1 && key[0] === 'id') === true;
  return isUnique ? [] : ['ADD UNIQUE (id)'];
}

function defaults(relation: RelationFacts): readonly string[] {
  const lacks = (name: string): boolean =>
    relation.columns.some((column) => column.name === name && !column.hasDefault);
  return [
    ...(lacks('id') ? ['ALTER COLUMN id SET DEFAULT pg_catalog.gen_random_uuid()'] : []),
    ...(lacks('created_at')
      ? ['ALTER COLUMN created_at SET DEFAULT pg_catalog.clock_timestamp()']
      : []),
  ];
}

/** A dollar quote that stands nowhere in the text, so that names may hold what they like. */
function doBlock(lines: readonly string[]): string {
  const body = lines.map((line) => `  ${line}`).join('\n');
  let tag = '$upgrade$';
  for (let number = 2; body.includes(tag); number += 1) tag = `$upgrade${number}$`;
  return `DO ${tag}\nBEGIN\n${body}\nEND\n${tag}`;
}
