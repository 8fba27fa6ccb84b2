import { say } from '../../say';
import { escapeIdentifier } from '../../sql';
import { formatTableName } from '../../tableName';
import type { DeclaredPublication, TopologyNode } from '../../topology';
import { listNames, noteFinding } from '../findingParts';
import type { CatalogPublication, CatalogSubscription } from '../nodeCatalog';
import type { Plan } from '../plan';
import { planAlterPublication } from '../planAlterPublication';
import { planCreatePublication } from '../planCreatePublication';
import type { PlanContext } from '../requests';
import { shownSql } from '../sqlText';
import { subscribedTables } from '../subscribedTables';
import { addPart, addPlan, project, type ChangesDraft } from './changesDraft';
import {
  desiredPublication,
  undecidedFilters,
  undeclaredSchemas,
  undeclaredTables,
} from './desiredObjects';
import { withPublication, type PublicationSpec } from './projectPublications';
import { withRefreshedSubscription } from './projectSubscriptions';

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
    return present === null
      ? create(next, node.id, declared, spec)
      : alter(next, node.id, declared, present, spec, drops);
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
  const planned = addPlan(draft, planCreatePublication(request, draft.context));
  const definitions = draft.context.definitions.get(nodeId) ?? [];
  return project(planned, nodeId, (one) => withPublication(one, spec, definitions));
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
  const kept = drops
    ? []
    : [
        ...undeclaredTables(declared, present).map(formatTableName),
        ...undeclaredSchemas(declared, present).map(
          (schema) => say`the tables of schema ${schema}`,
        ),
      ];
  const plan = planAlterPublication(request, draft.context);
  const definitions = draft.context.definitions.get(nodeId) ?? [];
  const changed = project(addPlan(draft, plan), nodeId, (one) =>
    withPublication(one, spec, definitions),
  );
  const planned = refreshedBy(plan, draft.context).reduce(
    (next, reader) => projectRefresh(next, nodeId, reader),
    changed,
  );
  const undecided = undecidedFilters(declared, present);
  return addPart(planned, {
    findings: [
      ...(kept.length === 0
        ? []
        : [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`${name} on ${nodeId} publishes ${listNames(kept)}, which the file does not list; that stays.`,
              say`Add it to the file, or let the plan drop what the file does not mention.`,
            ),
          ]),
      ...(undecided.length === 0
        ? []
        : [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`The row filter of ${listNames(undecided.map(formatTableName))} in ${name} on ${nodeId} stays: nothing tells whether it says what the file says in other words.`,
              say`Write it in the file as the server shows it, or use Alter Publication….`,
            ),
          ]),
    ],
  });
}

interface Reader {
  readonly nodeId: string;
  readonly subscription: CatalogSubscription;
}

/** The subscriptions that steps of a plan refresh. */
function refreshedBy({ steps }: Plan, { catalogs }: PlanContext): readonly Reader[] {
  return [...catalogs.values()].flatMap(({ nodeId, subscriptions }) =>
    subscriptions
      .filter(({ name }) => {
        const start = `ALTER SUBSCRIPTION ${escapeIdentifier(name)} REFRESH PUBLICATION`;
        return steps.some(
          (step) =>
            step.nodeId === nodeId &&
            step.statements.some((statement) => shownSql(statement).startsWith(start)),
        );
      })
      .map((subscription) => ({ nodeId, subscription })),
  );
}

function projectRefresh(
  draft: ChangesDraft,
  publisherId: string,
  { nodeId, subscription }: Reader,
): ChangesDraft {
  const publisher = draft.context.catalogs.get(publisherId);
  if (publisher === undefined) return draft;
  const tables = subscribedTables(publisher, subscription.publications);
  return project(draft, nodeId, (catalog) =>
    withRefreshedSubscription(catalog, subscription.name, tables),
  );
}
