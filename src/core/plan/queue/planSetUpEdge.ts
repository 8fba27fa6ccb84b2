import { say } from '../../say';
import { addPart, addPlan, beginDraft, project, type ChangesDraft } from '../changes/changesDraft';
import { withPublication } from '../changes/projectPublications';
import { noteFinding } from '../findingParts';
import { makePlan, planWithoutCatalog } from '../makePlan';
import type { FileChange, Plan } from '../plan';
import { planCreatePublication } from '../planCreatePublication';
import { planCreateSubscription } from '../planCreateSubscription';
import { probeStep } from '../probeStep';
import type { CreatePublicationRequest, PlanContext } from '../requests';
import { queueFileChanges } from './queueFile';
import type { EdgeSubscription, SetUpEdgeRequest } from './setUpEdgeRequest';
import { setUpQueue } from './setUpQueue';

/**
 * Makes an edge: queue, identity, triggers and guards there, ledger, conflicts and metrics on the primary, a role that drains, and,
 * where wanted, what brings the primary's writes to the edge. Needs the catalogs of both, read with the draining role and those
 * that watch among the roles to check, and what both have of the queue. Once it has run, it finds nothing to do.
 */
export function planSetUpEdge(request: SetUpEdgeRequest, context: PlanContext): Plan {
  const { nodeId, primaryId } = request;
  const head = { kind: 'setUpEdge', title: say`Set up ${nodeId} as an edge of ${primaryId}` };
  const lacks = [nodeId, primaryId].filter(
    (id) => !context.catalogs.has(id) || context.queues?.has(id) !== true,
  );
  if (lacks.length > 0) return planWithoutCatalog(context, head, lacks);
  const queued = setUpQueue(beginDraft(context), request);
  const { draft, fileChanges } = subscribe(queued, request);
  return makePlan(context, {
    ...head,
    steps: draft.steps,
    findings: [
      ...draft.findings,
      ...(draft.steps.length > 0
        ? []
        : [
            noteFinding(
              'nothingToDo',
              nodeId,
              say`${nodeId} is set up as an edge of ${primaryId}.`,
            ),
          ]),
    ],
    impacts: draft.impacts,
    privileges: draft.privileges,
    fileChanges: [...queueFileChanges(request, context.topology), ...fileChanges],
  });
}

interface Subscribed {
  readonly draft: ChangesDraft;
  readonly fileChanges: readonly FileChange[];
}

/** Publication and subscription, as far as they are missing. */
function subscribe(draft: ChangesDraft, request: SetUpEdgeRequest): Subscribed {
  const { subscription, nodeId, primaryId } = request;
  if (subscription === null) return { draft, fileChanges: [] };
  const published = publish(draft, request, subscription);
  const taken = published.draft.context.catalogs
    .get(nodeId)
    ?.subscriptions.find(({ name }) => name === subscription.create.name);
  if (taken !== undefined) return published;
  const create = {
    ...subscription.create,
    nodeId,
    publisherId: primaryId,
    probesConnection: false,
  };
  const plan = planCreateSubscription(create, published.draft.context);
  // The edge's server dials before anything is made: a wrong password stops the plan while nothing has changed.
  const first = plan.steps.length === 0 ? [] : [probeStep(create)];
  const probed = { ...published.draft, steps: [...first, ...published.draft.steps] };
  const told = addPlan(probed, {
    ...plan,
    // The guard lets a copied row replace the one that is there.
    findings: plan.findings.filter(
      ({ code }) => code !== 'rowsPresent' && code !== 'firingTrigger',
    ),
  });
  const draftWithNote = addPart(told, {
    findings: [
      noteFinding(
        'rowsPresent',
        nodeId,
        say`Rows of ${primaryId} replace rows with the same key on ${nodeId} while they are copied; rows that only ${nodeId} has stay, and are not queued.`,
      ),
    ],
  });
  return { draft: draftWithNote, fileChanges: [...published.fileChanges, ...plan.fileChanges] };
}

function publish(
  draft: ChangesDraft,
  { primaryId, tables }: SetUpEdgeRequest,
  { publication }: EdgeSubscription,
): Subscribed {
  const { context } = draft;
  const catalog = context.catalogs.get(primaryId);
  const isThere = catalog?.publications.some(({ name }) => name === publication) === true;
  if (isThere) return { draft, fileChanges: [] };
  const named = tables.map(({ schema, name }) => ({
    schema,
    name,
    columns: null,
    rowFilter: null,
  }));
  const create: CreatePublicationRequest = {
    nodeId: primaryId,
    name: publication,
    allTables: false,
    schemas: [],
    tables: named,
    operations: ['insert', 'update', 'delete', 'truncate'],
    // A partitioned table is one table on both nodes, whatever its partitions are there.
    viaPartitionRoot: true,
  };
  const plan = planCreatePublication(create, context);
  const spec = { ...create, generatedColumns: null, namedTables: named };
  const definitions = context.definitions.get(primaryId) ?? [];
  return {
    draft: project(addPlan(draft, plan), primaryId, (one) =>
      withPublication(one, spec, definitions),
    ),
    fileChanges: plan.fileChanges,
  };
}
