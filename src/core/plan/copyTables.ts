import { say } from '../say';
import { escapeIdentifier } from '../sql';
import { formatTableName } from '../tableName';
import type { TableName } from '../topology';
import { copyTableStep, inCopyOrder, notCopied } from './copyTable';
import { copyTableStatements, type CopyTarget } from './copyTableSql';
import type { Finding } from './finding';
import { errorFinding, listNames } from './findingParts';
import { majorOf } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { PlanStep } from './plan';
import { sqlComment } from './sqlComment';
import { shownSql } from './sqlText';
import type { ConstraintDefinition, TableDefinition, TableNeed } from './tableDefinition';
import { isSameTable, relationOf } from './tableLookup';

/** What brings tables to a node, and what keeps them from being made there. */
export interface CopiedTables {
  readonly steps: readonly PlanStep[];
  readonly findings: readonly Finding[];
  /** Those that the steps make; partitions and parents that were not asked for among them. */
  readonly tables: readonly TableName[];
}

/**
 * Makes on one node what it lacks of these tables: in an order in which they can be made, with the partitions of a
 * partitioned one and the parents of a partition. A foreign key comes along where what it points at is there by then.
 * @param definitions all of the source node
 * @param owner role that shall own them; `null`: the role that the plan runs as
 */
export function copyTables(
  wanted: readonly TableName[],
  definitions: readonly TableDefinition[],
  target: NodeCatalog,
  owner: string | null = null,
): CopiedTables {
  const made = inCopyOrder(
    definitions.filter(
      (one) => relationOf(target, one) === null && isConcerned(one, wanted, definitions),
    ),
  );
  const steps = made.map((definition, index) => {
    const fitting = withoutLostKeys(definition, [...made.slice(0, index + 1), ...target.relations]);
    return copyTableStep(fitting.definition, {
      ...fitting.target,
      ...placeOn(target, definition, owner),
    });
  });
  return { steps, findings: unmakeable(made, target), tables: made };
}

/** The statements that make one table on a node, with what they leave out as comments; for copying. */
export function copyTableText(definition: TableDefinition, target: NodeCatalog): string {
  const { definition: fitting, target: keys } = withoutLostKeys(definition, [
    definition,
    ...target.relations,
  ]);
  const where = { ...keys, ...placeOn(target, definition, null) };
  const needs = (definition.needs ?? []).flatMap(({ identity, createSql }) =>
    createSql === null || target.userTypes?.includes(identity) === true ? [] : [createSql],
  );
  return [
    ...needs.map((sql) => `${sql};`),
    ...copyTableStatements(fitting, where).map((statement) => `${shownSql(statement)};`),
    ...notCopied(fitting, where).flatMap((words) => sqlComment(say`Not carried over: ${words}`)),
  ].join('\n');
}

/** Whether it was asked for, or one that was asked for cannot do without it. */
function isConcerned(
  definition: TableDefinition,
  wanted: readonly TableName[],
  definitions: readonly TableDefinition[],
): boolean {
  const isWanted = (table: TableName) => wanted.some((one) => isSameTable(one, table));
  if (isWanted(definition)) return true;
  const isAbove = wanted.some((table) => {
    const below = definitions.find((one) => isSameTable(one, table));
    return (
      below !== undefined &&
      parentsOf(below, definitions).some((one) => isSameTable(one, definition))
    );
  });
  return isAbove || parentsOf(definition, definitions).some(isWanted);
}

/** Its parent, the parent of that, and so on. */
function parentsOf(
  { partitionOf }: TableDefinition,
  definitions: readonly TableDefinition[],
): readonly TableDefinition[] {
  if (partitionOf === null) return [];
  const parent = definitions.find((one) => isSameTable(one, partitionOf.parent));
  return parent === undefined ? [] : [parent, ...parentsOf(parent, definitions)];
}

function placeOn(
  { nodeId, schemas }: NodeCatalog,
  { schema }: TableName,
  owner: string | null,
): Pick<CopyTarget, 'nodeId' | 'owner' | 'schemaExists'> {
  return { nodeId, owner, schemaExists: schemas.some(({ name }) => name === schema) };
}

/** A table with the foreign keys that can be made, and `foreignKeys: false` when one was left out, so that it is named. */
function withoutLostKeys(
  definition: TableDefinition,
  present: readonly TableName[],
): { readonly definition: TableDefinition; readonly target: Pick<CopyTarget, 'foreignKeys'> } {
  const isLost = ({ references = null }: ConstraintDefinition) =>
    references !== null && !present.some((one) => isSameTable(one, references));
  const lost = definition.constraints.filter(isLost);
  if (lost.length === 0) return { definition, target: { foreignKeys: true } };
  // Named by the words of the table, since only some of its keys may be lost.
  const words = say`the foreign ${lost.length === 1 ? say`key` : say`keys`} ${listNames(lost.map(({ name }) => name))}, for lack of what ${lost.length === 1 ? say`it points` : say`they point`} at`;
  return {
    definition: {
      ...definition,
      constraints: definition.constraints.filter((one) => !isLost(one)),
      notCarried: [words, ...definition.notCarried],
    },
    target: { foreignKeys: true },
  };
}

/** What the server would refuse. */
function unmakeable(made: readonly TableDefinition[], target: NodeCatalog): readonly Finding[] {
  return [
    ...typeFindings(made, target),
    ...made.flatMap((one) => [...versionFindings(one, target), ...placeFindings(one, target)]),
  ];
}

/** Each type once, with the tables that use it. */
function typeFindings(made: readonly TableDefinition[], target: NodeCatalog): readonly Finding[] {
  const { userTypes, nodeId } = target;
  if (userTypes === undefined) return [];
  const lacking = new Map<string, { need: TableNeed; users: string[] }>();
  for (const definition of made) {
    for (const need of definition.needs ?? []) {
      if (need.kind !== 'type' || userTypes.includes(need.identity)) continue;
      const { users } = lacking.get(need.identity) ?? { users: [] };
      lacking.set(need.identity, { need, users: [...users, formatTableName(definition)] });
    }
  }
  return [...lacking.values()].map(({ need: { identity, extension, createSql }, users }) => {
    const copy =
      extension === null
        ? createSql
        : `CREATE EXTENSION IF NOT EXISTS ${escapeIdentifier(extension)}`;
    const brought = extension === null ? '' : say`; the extension ${extension} brings it`;
    return errorFinding(
      'missingType',
      nodeId,
      say`${nodeId} has no type ${identity}, which ${listNames(users)} needs${brought} (42704).`,
      { text: say`Make it on ${nodeId} first.`, copy: copy === null ? null : `${copy};` },
    );
  });
}

/** What a table may say only from a version on; the words stand in what Postgres itself writes of it. */
const NEWER: readonly (readonly [pattern: RegExp, major: number, what: string])[] = [
  [/^(?:UNIQUE|CREATE UNIQUE INDEX).* NULLS NOT DISTINCT/u, 15, 'NULLS NOT DISTINCT'],
  [
    /^(?:PRIMARY KEY|UNIQUE|FOREIGN KEY) \(.* (?:WITHOUT OVERLAPS|PERIOD )/u,
    18,
    say`a key over periods`,
  ],
  [/ NOT ENFORCED$/u, 18, 'NOT ENFORCED'],
];

function versionFindings(definition: TableDefinition, target: NodeCatalog): readonly Finding[] {
  const { nodeId } = target;
  const major = majorOf(target);
  const texts = [...definition.constraints, ...definition.indexes].map(({ sql }) => sql);
  const found = NEWER.filter(
    ([pattern, since]) => major < since && texts.some((sql) => pattern.test(sql)),
  ).map(([, since, what]) => [since, what] as const);
  const isVirtual = definition.columns.some((column) => column.isVirtual === true);
  const all =
    isVirtual && major < 18 ? [...found, [18, say`a virtual generated column`] as const] : found;
  return all.map(([since, what]) =>
    errorFinding(
      'unfitTable',
      nodeId,
      say`${formatTableName(definition)} has ${what}, which needs Postgres ${since}; ${nodeId} runs ${major}.`,
      say`Make the table on ${nodeId} by hand, without it.`,
    ),
  );
}

function placeFindings(definition: TableDefinition, target: NodeCatalog): readonly Finding[] {
  const { nodeId, role, server } = target;
  if (role.isSuperuser) return [];
  const schema = target.schemas.find(({ name }) => name === definition.schema);
  const name = escapeIdentifier(role.name);
  if (schema === undefined && !role.canCreateInDatabase) {
    return [
      errorFinding(
        'privilege',
        nodeId,
        say`${role.name} may not create the schema ${definition.schema} on ${nodeId}, where ${formatTableName(definition)} belongs (42501).`,
        {
          text: say`Grant it.`,
          copy: `GRANT CREATE ON DATABASE ${escapeIdentifier(server.database)} TO ${name};`,
        },
      ),
    ];
  }
  if (schema === undefined || (schema.canCreate && schema.canUse)) return [];
  return [
    errorFinding(
      'privilege',
      nodeId,
      say`${role.name} may not create ${formatTableName(definition)} in the schema ${definition.schema} on ${nodeId} (42501).`,
      {
        text: say`Grant it.`,
        copy: `GRANT CREATE, USAGE ON SCHEMA ${escapeIdentifier(definition.schema)} TO ${name};`,
      },
    ),
  ];
}
