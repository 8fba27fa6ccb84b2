import type { CatalogPublication } from './nodeCatalog';
import { createPublicationSql } from './publicationSql';

/** The statement that makes a publication like this one, under a name of its own. */
export function recreateSql(publication: CatalogPublication, name: string): string {
  const { allTables, schemas, namedTables, operations, viaPartitionRoot } = publication;
  return createPublicationSql({
    nodeId: '',
    name,
    allTables,
    schemas,
    tables: namedTables,
    operations,
    viaPartitionRoot,
    generatedColumns: publication.generatedColumns ?? 'none',
  });
}
