import { formatTableName } from '../../tableName';
import type { DeclaredPublication, TopologyNode } from '../../topology';
import { listNames, noteFinding } from '../findingParts';
import type { CatalogPublication } from '../nodeCatalog';
import { planAlterPublication } from './alterPublicationFallback';
import { planCreatePublication } from '../planCreatePublication';
import { addPart, addPlan, project, type ChangesDraft } from './changesDraft';
import { desiredPublication, undeclaredTables } from './desiredObjects';
import { withPublication, type PublicationSpec } from './projectPublications';

/** Makes the publications that a node lacks, and changes those that differ from the file. */
export function publicationStage(
  draft: ChangesDraft,
  node: TopologyNode,
  drops: boolean,
): ChangesDraft {
  return node.publications.reduce((next, declared) => {
    const catalog = next.context.catalogs.get(node.id);
    if (catalog === undefined) return next;
    const present = catalog.publications.find(({ name }) => name === declared.name) ?? null;
    const spec = desiredPublication(declared, present, drops);
    const planned =
      present === null
        ? create(next, node.id, declared, spec)
        : alter(next, node.id, declared, present, spec, drops);
    const definitions = planned.context.definitions.get(node.id) ?? [];
    return project(planned, node.id, (one) => withPublication(one, spec, definitions));
  }, draft);
}

function create(
  draft: ChangesDraft,
  nodeId: string,
  declared: DeclaredPublication,
  spec: PublicationSpec,
): ChangesDraft {
  const { name, allTables, schemas, operations, viaPartitionRoot } = spec;
  const request = {
    nodeId,
    name,
    allTables,
    schemas,
    tables: declared.tables,
    operations,
    viaPartitionRoot,
    ...(spec.generatedColumns === null ? {} : { generatedColumns: spec.generatedColumns }),
  };
  return addPlan(draft, planCreatePublication(request, draft.context));
}

function alter(
  draft: ChangesDraft,
  nodeId: string,
  declared: DeclaredPublication,
  present: CatalogPublication,
  spec: PublicationSpec,
  drops: boolean,
): ChangesDraft {
  const { name, operations, viaPartitionRoot, generatedColumns, schemas, namedTables } = spec;
  const isWholesale = spec.allTables && present.allTables;
  const request = {
    nodeId,
    name,
    tables: isWholesale ? null : namedTables,
    schemas: isWholesale ? null : schemas,
    operations,
    viaPartitionRoot,
    generatedColumns,
    // Every subscriber got them before.
    createsMissingTables: true,
  };
  const kept = drops ? [] : undeclaredTables(declared, present);
  const planned = addPlan(draft, planAlterPublication(request, draft.context));
  if (kept.length === 0) return planned;
  return addPart(planned, {
    findings: [
      noteFinding(
        'nothingToDo',
        nodeId,
        `${name} on ${nodeId} publishes ${listNames(kept.map(formatTableName))}, which the file does not list; that stays.`,
        'Add it to the file, or let the plan drop what the file does not mention.',
      ),
    ],
  });
}
