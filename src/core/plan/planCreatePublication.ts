import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, nameFindings, standbyFindings, walLevelFindings } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import { notCarriedFindings } from './notCarried';
import type { Plan, PlanStep } from './plan';
import { publicationFileChanges } from './publicationFile';
import { publicationFindings, publicationPrivilege } from './publicationFindings';
import { createPublicationSql, orderedOperations } from './publicationSql';
import type { CreatePublicationRequest, PlanContext } from './requests';
import { sqlStatement } from './sqlText';
import { uniqueTables } from './tableLookup';

/**
 * Creates a publication. Needs the catalog of its node.
 * @see CREATE PUBLICATION
 */
export function planCreatePublication(asked: CreatePublicationRequest, context: PlanContext): Plan {
  const request = { ...asked, tables: uniqueTables(asked.tables) };
  const { nodeId, name } = request;
  const head = { kind: 'createPublication', title: say`Create publication ${name} on ${nodeId}` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const found = [
    ...standbyFindings(context, catalog),
    ...nameFindings(nodeId, say`publication`, name),
    ...takenFindings(name, catalog),
    ...publicationFindings(request, catalog),
    ...walLevelFindings(
      catalog,
      'warning',
      say`The publication can be made, but no subscription can take it.`,
    ),
  ];
  return makePlan(context, {
    ...head,
    steps: isSayable(request) ? [createStep(request)] : [],
    findings: [
      ...found,
      ...(isDeclared(request, context) || found.some(({ severity }) => severity === 'error')
        ? []
        : notCarriedFindings(shapeOf(request), catalog, context)),
    ],
    privileges: [publicationPrivilege(request, catalog)],
    fileChanges: publicationFileChanges(nodeId, shapeOf(request), context),
  });
}

/** Whether every name can stand in a statement, so that one can be shown. */
function isSayable({ name, schemas, tables }: CreatePublicationRequest): boolean {
  const names = [
    name,
    ...schemas,
    ...tables.flatMap((table) => [table.schema, table.name, ...(table.columns ?? [])]),
  ];
  return names.every(isQuotable);
}

function takenFindings(name: string, catalog: NodeCatalog): readonly Finding[] {
  if (!catalog.publications.some((publication) => publication.name === name)) return [];
  const { nodeId } = catalog;
  return [
    errorFinding(
      'nameTaken',
      nodeId,
      say`${nodeId} has a publication ${name} already (42710).`,
      say`Choose another name.`,
    ),
  ];
}

function createStep(request: CreatePublicationRequest): PlanStep {
  const { nodeId, name } = request;
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${escapeLiteral(name)})`;
  return {
    nodeId,
    title: say`Create publication ${name}`,
    effect: say`${nodeId} offers ${whatIsOffered(request)}; nothing is sent before somebody subscribes.`,
    risk: 'safe',
    statements: [sqlStatement(createPublicationSql(request))],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT ${exists}`,
      otherwise: say`${nodeId} has a publication ${name} by now. Choose another name.`,
    },
    effectCheck: {
      sql: `SELECT ${exists}`,
      otherwise: say`${nodeId} has no publication ${name}.`,
    },
    settle: null,
    undo: [sqlStatement(`DROP PUBLICATION ${escapeIdentifier(name)}`)],
    undoNote: say`A subscription that was made for it meanwhile stops when it is dropped.`,
  };
}

function whatIsOffered({ allTables, tables, schemas, operations }: CreatePublicationRequest) {
  const parts = [
    ...(tables.length > 0
      ? [tables.length === 1 ? say`1 table` : say`${tables.length} tables`]
      : []),
    ...(schemas.length > 0
      ? [
          schemas.length === 1
            ? say`the tables of 1 schema`
            : say`the tables of ${schemas.length} schemas`,
        ]
      : []),
  ];
  const what = allTables ? say`all its tables` : parts.join(say` and `) || say`no table`;
  return say`${orderedOperations(operations).join(', ') || say`nothing`} of ${what}`;
}

function shapeOf({
  name,
  allTables,
  schemas,
  tables,
  operations,
  ...options
}: CreatePublicationRequest) {
  const { viaPartitionRoot, generatedColumns = null } = options;
  return {
    name,
    allTables,
    schemas,
    namedTables: tables,
    operations,
    viaPartitionRoot,
    generatedColumns,
  };
}

/** Who wrote it into the file has thought of what it carries. */
function isDeclared(
  { nodeId, name }: CreatePublicationRequest,
  { topology }: PlanContext,
): boolean {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  return node?.publications.some((publication) => publication.name === name) ?? false;
}
