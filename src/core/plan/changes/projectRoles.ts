import type { TableName } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import { isSameTable } from '../tableLookup';

/** The catalog once a role may log in and replicate. One that is new can read no table yet. */
export function withReplicationRole(catalog: NodeCatalog, name: string): NodeCatalog {
  const isThere = catalog.checkedRoles.some((role) => role.name === name);
  const roles = catalog.roles.filter((role) => role.name !== name);
  const login = { name, isSuperuser: false, isReplication: true };
  return {
    ...catalog,
    roles: [...roles, login].sort((a, b) => (a.name < b.name ? -1 : 1)),
    checkedRoles: isThere
      ? catalog.checkedRoles.map((role) =>
          role.name === name ? { ...role, canLogin: true, isReplication: true } : role,
        )
      : [
          ...catalog.checkedRoles,
          {
            ...login,
            canLogin: true,
            memberOf: [name],
            canConnect: true,
            canCreateInDatabase: false,
            usableSchemas: [],
            writableTables: [],
          },
        ],
    relations: isThere
      ? catalog.relations
      : catalog.relations.map((relation) => ({
          ...relation,
          notReadableBy: [...relation.notReadableBy, name],
        })),
  };
}

/** The catalog once a role may read these tables. */
export function withReadableTables(
  catalog: NodeCatalog,
  role: string,
  tables: readonly TableName[],
): NodeCatalog {
  return {
    ...catalog,
    relations: catalog.relations.map((relation) =>
      tables.some((table) => isSameTable(table, relation))
        ? { ...relation, notReadableBy: relation.notReadableBy.filter((name) => name !== role) }
        : relation,
    ),
  };
}
