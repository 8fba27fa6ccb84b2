import { escapeIdentifier, escapeLiteral } from '../sql';
import type { Finding } from './finding';
import { errorFinding } from './findingParts';
import { fileTable, isSameJson } from './fileTable';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, nameFindings, standbyFindings, walLevelFindings } from './nodeFindings';
import type { NodeCatalog } from './nodeCatalog';
import type { FileChange, Plan, PlanStep } from './plan';
import { publicationFindings, publicationPrivilege } from './publicationFindings';
import { ALL_OPERATIONS, createPublicationSql, orderedOperations } from './publicationSql';
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
  const head = { kind: 'createPublication', title: `Create publication ${name} on ${nodeId}` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  return makePlan(context, {
    ...head,
    steps: isSayable(request) ? [createStep(request)] : [],
    findings: [
      ...standbyFindings(context, catalog),
      ...nameFindings(nodeId, 'publication', name),
      ...takenFindings(name, catalog),
      ...publicationFindings(request, catalog),
      ...walLevelFindings(
        catalog,
        'warning',
        'The publication can be made, but no subscription can take it.',
      ),
    ],
    privileges: [publicationPrivilege(request, catalog)],
    fileChanges: fileChanges(request, context),
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
      `${nodeId} has a publication ${name} already (42710).`,
      'Choose another name.',
    ),
  ];
}

function createStep(request: CreatePublicationRequest): PlanStep {
  const { nodeId, name } = request;
  const exists = `EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname = ${escapeLiteral(name)})`;
  return {
    nodeId,
    title: `Create publication ${name}`,
    effect: `${nodeId} offers ${whatIsOffered(request)}; nothing is sent before somebody subscribes.`,
    risk: 'safe',
    statements: [sqlStatement(createPublicationSql(request))],
    isTransactional: false,
    statementLimitMs: null,
    precondition: {
      sql: `SELECT NOT ${exists}`,
      otherwise: `${nodeId} has a publication ${name} by now. Choose another name.`,
    },
    effectCheck: {
      sql: `SELECT ${exists}`,
      otherwise: `${nodeId} has no publication ${name}.`,
    },
    settle: null,
    undo: [sqlStatement(`DROP PUBLICATION ${escapeIdentifier(name)}`)],
    undoNote: 'A subscription that was made for it meanwhile stops when it is dropped.',
  };
}

function whatIsOffered({ allTables, tables, schemas, operations }: CreatePublicationRequest) {
  const parts = [
    ...(tables.length > 0 ? [tables.length === 1 ? '1 table' : `${tables.length} tables`] : []),
    ...(schemas.length > 0
      ? [
          schemas.length === 1
            ? 'the tables of 1 schema'
            : `the tables of ${schemas.length} schemas`,
        ]
      : []),
  ];
  const what = allTables ? 'all its tables' : parts.join(' and ') || 'no table';
  return `${orderedOperations(operations).join(', ') || 'nothing'} of ${what}`;
}

function fileChanges(
  request: CreatePublicationRequest,
  context: PlanContext,
): readonly FileChange[] {
  const { nodeId, name } = request;
  const node = context.topology.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) return [];
  const value = {
    ...(request.allTables ? { allTables: true } : {}),
    ...(request.schemas.length > 0 ? { schemas: request.schemas } : {}),
    ...(request.tables.length > 0 ? { tables: request.tables.map(fileTable) } : {}),
    ...(request.operations.length === ALL_OPERATIONS.length
      ? {}
      : { operations: orderedOperations(request.operations) }),
    ...(request.viaPartitionRoot ? { viaPartitionRoot: true } : {}),
  };
  const declared = node.publications.find((publication) => publication.name === name);
  if (declared !== undefined) {
    const said = {
      ...(declared.allTables ? { allTables: true } : {}),
      ...(declared.schemas.length > 0 ? { schemas: declared.schemas } : {}),
      ...(declared.tables.length > 0 ? { tables: declared.tables.map(fileTable) } : {}),
      ...declared.options,
    };
    if (isSameJson(said, value)) return [];
  }
  return [{ path: ['nodes', nodeId, 'publications', name], value }];
}
