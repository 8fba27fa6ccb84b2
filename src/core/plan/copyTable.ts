import { say } from '../say';
import { escapeLiteral, qualifiedName } from '../sql';
import { formatTableName } from '../tableName';
import {
  copyTableStatements,
  dropCopySql,
  hasOwnIdentityIndex,
  takesFromSequence,
  type CopyTarget,
} from './copyTableSql';
import { listNames } from './findingParts';
import type { PlanCondition, PlanStep } from './plan';
import { sqlStatement } from './sqlText';
import type { TableDefinition, TableNeed } from './tableDefinition';

/**
 * Makes an empty table on another node as it is defined, in one transaction. Parents come before their partitions, and
 * what foreign keys point at before what points (`inCopyOrder`).
 */
export function copyTableStep(definition: TableDefinition, target: CopyTarget): PlanStep {
  const name = formatTableName(definition);
  const { nodeId } = target;
  const left = notCopied(definition, target);
  return {
    nodeId,
    title: say`Create table ${name}`,
    effect: say`${nodeId} has ${name}, empty, with its columns, constraints and indexes.${left.length === 0 ? '' : say` Not carried over: ${left.join('; ')}.`}`,
    risk: 'safe',
    statements: copyTableStatements(definition, target),
    isTransactional: true,
    statementLimitMs: null,
    precondition: precondition(definition, target),
    effectCheck: {
      sql: `SELECT ${exists(definition)}`,
      otherwise: say`${nodeId} has no table ${name}.`,
    },
    settle: null,
    undo: [sqlStatement(dropCopySql(definition, target))],
    undoNote: say`${name} on ${nodeId} is dropped only while it is empty; one that holds rows stays, for you to decide.`,
  };
}

/**
 * What the table has and its copy will not, as finished words: `2 triggers`, `the default of id, which takes from a sequence`.
 * @param target `null` where it is not known yet: foreign keys are then not spoken of
 */
export function notCopied(
  definition: TableDefinition,
  target: CopyTarget | null = null,
): readonly string[] {
  const { columns, constraints, replicaIdentity, notCarried } = definition;
  const sequenced = columns.filter(takesFromSequence).map(({ name }) => name);
  const keys = constraints.filter(({ kind }) => kind === 'foreignKey').map(({ name }) => name);
  const identities = columns.filter(({ identity }) => identity !== null).map(({ name }) => name);
  return [
    ...(sequenced.length === 0
      ? []
      : [say`the default of ${listNames(sequenced)}, which takes from a sequence`]),
    ...(identities.length === 0
      ? []
      : [say`how far the sequence of ${listNames(identities)} has counted`]),
    ...(keys.length === 0 || target === null || target.foreignKeys
      ? []
      : [
          say`the foreign ${keys.length === 1 ? say`key` : say`keys`} ${listNames(keys)}, for lack of what ${keys.length === 1 ? say`it points` : say`they point`} at`,
        ]),
    ...(replicaIdentity === 'index' && !hasOwnIdentityIndex(definition)
      ? [say`its replica identity, an index that comes from its parent`]
      : []),
    ...notCarried,
  ];
}

/** Parents before partitions, and what is pointed at before what points; a circle of foreign keys is cut where it is met. */
export function inCopyOrder(definitions: readonly TableDefinition[]): readonly TableDefinition[] {
  const open = new Map(definitions.map((one) => [qualifiedName(one), one]));
  const ordered: TableDefinition[] = [];
  const take = (definition: TableDefinition): void => {
    open.delete(qualifiedName(definition));
    for (const before of comesBefore(definition)) {
      const other = open.get(before);
      if (other !== undefined) take(other);
    }
    ordered.push(definition);
  };
  for (const definition of definitions) if (open.has(qualifiedName(definition))) take(definition);
  return ordered;
}

/** Tables that must be there first. */
function comesBefore({ partitionOf, constraints }: TableDefinition): readonly string[] {
  return [
    ...(partitionOf === null ? [] : [qualifiedName(partitionOf.parent)]),
    ...constraints.flatMap(({ references = null }) =>
      references === null ? [] : [qualifiedName(references)],
    ),
  ];
}

function precondition(definition: TableDefinition, target: CopyTarget): PlanCondition {
  const { partitionOf, constraints, needs = [] } = definition;
  const name = formatTableName(definition);
  const pointedAt = target.foreignKeys
    ? constraints
        .flatMap(({ references = null }) => references ?? [])
        // One that points at itself comes with it.
        .filter((other) => qualifiedName(other) !== qualifiedName(definition))
    : [];
  const wanted = [
    'NOT pg_catalog.pg_is_in_recovery()',
    `NOT ${exists(definition)}`,
    ...(partitionOf === null ? [] : [exists(partitionOf.parent)]),
    ...pointedAt.map(exists),
    ...needs.flatMap(needExists),
  ];
  const needed = needs
    .filter((need) => needExists(need).length > 0)
    .map(({ identity }) => identity);
  const lacks = [
    ...(partitionOf === null ? [] : [say`its parent ${formatTableName(partitionOf.parent)}`]),
    ...pointedAt.map(formatTableName),
    ...needed,
  ];
  return {
    sql: `SELECT ${wanted.join('\n   AND ')}`,
    otherwise: say`${target.nodeId} has ${name} by now, or became a standby${lacks.length === 0 ? '' : say`, or lacks one of ${listNames(lacks)}`}. Make the plan anew.`,
  };
}

function exists(table: Parameters<typeof qualifiedName>[0]): string {
  return `pg_catalog.to_regclass(${escapeLiteral(qualifiedName(table))}) IS NOT NULL`;
}

const LOOK_UPS = {
  type: 'to_regtype',
  function: 'to_regprocedure',
  // Came with 16; and what is left has no look-up at all.
  collation: null,
  other: null,
} as const;

function needExists({ kind, identity }: TableNeed): readonly string[] {
  const lookUp = LOOK_UPS[kind];
  return lookUp === null ? [] : [`pg_catalog.${lookUp}(${escapeLiteral(identity)}) IS NOT NULL`];
}
