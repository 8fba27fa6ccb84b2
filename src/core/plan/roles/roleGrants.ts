import { escapeIdentifier, escapeLiteral, qualifiedName } from '../../sql';
import { formatTableName } from '../../tableName';
import type { TableName } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import { isSameTable, relationOf } from '../tableLookup';
import {
  checkedRole,
  DELEGATED_VERSION,
  groupsOf,
  type ReplicationRoleRequest,
} from './replicationRole';

/** One right that the role lacks. */
export interface RoleGrant {
  /** What it is on, for findings. */
  readonly on: 'group' | 'database' | 'schema' | 'table';
  /** Group, database, schema or table as `schema.name`. */
  readonly object: string;
  /** The table; `null` for the other kinds. */
  readonly table: TableName | null;
  /** `GRANT pg_monitor TO "x"` */
  readonly sql: string;
  readonly undo: string;
  /** An expression that is true once the role has it. */
  readonly isThere: string;
}

const WRITES = 'SELECT, INSERT, UPDATE, DELETE';

/** The rights that the duties need and the role does not have, in an order in which they can be given. */
export function missingGrants(
  request: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly RoleGrant[] {
  const role = checkedRole(catalog, request.name);
  if (role?.isSuperuser === true) return [];
  const { tables, duties } = request;
  const readable = duties.includes('replication') || duties.includes('drainer') ? tables : [];
  const schemas = [
    ...new Set([...readable.map(({ schema }) => schema), ...(request.typeSchemas ?? [])]),
  ];
  return [
    ...groupsOf(request, catalog)
      .filter((group) => !role?.memberOf.includes(group))
      .map((group) => groupGrant(request.name, group)),
    ...databaseGrants(request, catalog),
    ...schemas
      .filter((schema) => !role?.usableSchemas.includes(schema))
      .map((schema) => schemaGrant(request.name, schema)),
    ...readable.flatMap((table) => tableGrants(request, catalog, table)),
  ];
}

function groupGrant(name: string, group: string): RoleGrant {
  const role = escapeIdentifier(name);
  return {
    on: 'group',
    object: group,
    table: null,
    sql: `GRANT ${escapeIdentifier(group)} TO ${role}`,
    undo: `REVOKE ${escapeIdentifier(group)} FROM ${role}`,
    isThere: `pg_catalog.pg_has_role(${escapeLiteral(name)}, ${escapeLiteral(group)}, 'USAGE')`,
  };
}

function databaseGrants(
  { name, duties }: ReplicationRoleRequest,
  catalog: NodeCatalog,
): readonly RoleGrant[] {
  const { database, versionNum } = catalog.server;
  const found = checkedRole(catalog, name);
  const needsCreate = duties.includes('subscriber') && versionNum >= DELEGATED_VERSION;
  return [
    // PUBLIC may connect unless somebody took that away.
    ...(found === null || found.canConnect ? [] : [databaseGrant(name, database, 'CONNECT')]),
    ...(needsCreate && found?.canCreateInDatabase !== true
      ? [databaseGrant(name, database, 'CREATE')]
      : []),
  ];
}

function databaseGrant(name: string, database: string, right: 'CONNECT' | 'CREATE'): RoleGrant {
  const [role, on] = [escapeIdentifier(name), escapeIdentifier(database)];
  return {
    on: 'database',
    object: database,
    table: null,
    sql: `GRANT ${right} ON DATABASE ${on} TO ${role}`,
    undo: `REVOKE ${right} ON DATABASE ${on} FROM ${role}`,
    isThere: `pg_catalog.has_database_privilege(${escapeLiteral(name)}, ${escapeLiteral(database)}, '${right}')`,
  };
}

function schemaGrant(name: string, schema: string): RoleGrant {
  const [role, on] = [escapeIdentifier(name), escapeIdentifier(schema)];
  return {
    on: 'schema',
    object: schema,
    table: null,
    sql: `GRANT USAGE ON SCHEMA ${on} TO ${role}`,
    undo: `REVOKE USAGE ON SCHEMA ${on} FROM ${role}`,
    isThere: `pg_catalog.has_schema_privilege(${escapeLiteral(name)}, ${escapeLiteral(schema)}, 'USAGE')`,
  };
}

function tableGrants(
  { name, duties }: ReplicationRoleRequest,
  catalog: NodeCatalog,
  table: TableName,
): readonly RoleGrant[] {
  const found = checkedRole(catalog, name);
  const writes = duties.includes('drainer');
  const relation = relationOf(catalog, table);
  const has = writes
    ? (found?.writableTables.some((one) => isSameTable(one, table)) ?? false)
    : found !== null && relation !== null && !relation.notReadableBy.includes(name);
  if (has) return [];
  const rights = writes ? WRITES : 'SELECT';
  const on = qualifiedName(table);
  const role = escapeIdentifier(name);
  return [
    {
      on: 'table',
      object: formatTableName(table),
      table,
      sql: `GRANT ${rights} ON TABLE ${on} TO ${role}`,
      undo: `REVOKE ${rights} ON TABLE ${on} FROM ${role}`,
      isThere: rights
        .split(', ')
        .map(
          (right) =>
            `pg_catalog.has_table_privilege(${escapeLiteral(name)}, ${escapeLiteral(on)}, '${right}')`,
        )
        .join(' AND '),
    },
  ];
}
