import { say } from '../../say';
import type { DeclaredSubscription, TopologyNode } from '../../topology';
import type { Finding } from '../finding';
import { errorFinding, listNames, noteFinding, warningFinding } from '../findingParts';
import { knownSubscribersOf } from '../knownSubscribers';
import type { CatalogSubscription, NodeCatalog } from '../nodeCatalog';
import { planAlterSubscription } from '../planAlterSubscription';
import { planCreateSubscription } from '../planCreateSubscription';
import { planRefreshSubscription } from '../planRefreshSubscription';
import { isStoppedByError } from '../planSwitchSubscription';
import type { ConnectionTest, CreateSubscriptionRequest } from '../requests';
import { tableTwiceFindings } from '../serverPairFindings';
import { slotProblem } from '../slotFindings';
import { subscribedTables } from '../subscribedTables';
import { isSameTable } from '../tableLookup';
import { addPart, addPlan, project, type ChangesDraft } from './changesDraft';
import type { PlanChangesRequest, SubscriptionSignIn } from './changesRequest';
import { desiredPublications } from './desiredObjects';
import {
  withChangedSubscription,
  withReader,
  withRefreshedSubscription,
  withSubscription,
} from './projectSubscriptions';

/** Makes the subscriptions that a node lacks, changes those that differ from the file, and refreshes those that lack tables. */
export function subscriptionStage(
  draft: ChangesDraft,
  node: TopologyNode,
  request: PlanChangesRequest,
): ChangesDraft {
  return node.subscriptions.reduce((next, declared) => {
    const { catalogs } = next.context;
    const subscriber = catalogs.get(node.id);
    if (subscriber === undefined) return next;
    const present = subscriber.subscriptions.find(({ name }) => name === declared.name) ?? null;
    const publisher = catalogs.get(declared.publisher) ?? null;
    const signIn =
      request.signIns.find(
        ({ nodeId, subscription }) => nodeId === node.id && subscription === declared.name,
      ) ?? null;
    const way: Way = { declared, subscriber, publisher, signIn, drops: request.drops };
    return present === null ? create(next, way) : alter(next, way, present);
  }, draft);
}

interface Way {
  readonly declared: DeclaredSubscription;
  readonly subscriber: NodeCatalog;
  /** `null`: it could not be read. */
  readonly publisher: NodeCatalog | null;
  readonly signIn: SubscriptionSignIn | null;
  readonly drops: boolean;
}

function create(draft: ChangesDraft, way: Way): ChangesDraft {
  const { declared, subscriber, publisher, signIn } = way;
  const { nodeId } = subscriber;
  if (publisher === null) {
    const finding = warningFinding(
      'unknownServer',
      declared.publisher,
      say`${declared.name} on ${nodeId} is not made by this plan: nothing could be read of its publisher, ${declared.publisher}.`,
      say`Plan again when ${declared.publisher} can be reached.`,
    );
    return addPart(draft, { findings: [finding] });
  }
  if (signIn === null) {
    const finding = errorFinding(
      'wrongConninfo',
      nodeId,
      say`How ${declared.name} on ${nodeId} signs in at ${declared.publisher} is not said.`,
      say`Write its "connection" into the file, or answer when it is asked.`,
    );
    return addPart(draft, { findings: [finding] });
  }
  const { copyData = true, createSlot = true, ...options } = declared.options;
  const leftover = createSlot !== false && isLeftover(declared, publisher, draft);
  const asked: CreateSubscriptionRequest = {
    nodeId,
    name: declared.name,
    publisherId: declared.publisher,
    publications: declared.publications,
    connection: signIn.connection,
    connectionTest: signIn.connectionTest,
    slotName: declared.slotName,
    usesExistingSlot: createSlot === false || leftover,
    copyData: copyData !== false,
    options,
  };
  const planned = addPlan(draft, planCreateSubscription(asked, draft.context));
  const told = leftover
    ? addPart(planned, {
        findings: [
          noteFinding(
            'slotTaken',
            publisher.nodeId,
            say`The slot ${declared.slotName} is on ${publisher.nodeId} already and nobody reads it: ${declared.name} takes it.`,
          ),
        ],
      })
    : planned;
  const tables = subscribedTables(publisher, declared.publications);
  return project(
    project(told, nodeId, (catalog) => withSubscription(catalog, asked, tables)),
    publisher.nodeId,
    (catalog) => withReader(catalog, declared.slotName),
  );
}

/**
 * Whether the slot that the file names for a missing subscription was left on the publisher, as by a plan that stopped half
 * way. Rows are copied anyway, and what the slot kept is not applied twice.
 */
function isLeftover(
  { slotName, options }: DeclaredSubscription,
  publisher: NodeCatalog,
  { context }: ChangesDraft,
): boolean {
  const slot = publisher.slots.find(({ name }) => name === slotName);
  if (slot === undefined || slot.walStatus === 'lost' || slot.isTemporary) return false;
  if (slotProblem(slot, publisher) !== null) return false;
  if (slot.isTwoPhase !== (options['twoPhase'] === true)) return false;
  const isRead = knownSubscribersOf(context, publisher.nodeId, null).some(
    (reader) =>
      reader.slotName === slotName &&
      context.catalogs
        .get(reader.nodeId)
        ?.subscriptions.some(({ name }) => name === reader.subscription) !== false,
  );
  return !isRead;
}

function alter(draft: ChangesDraft, way: Way, present: CatalogSubscription): ChangesDraft {
  const { declared, subscriber, signIn, drops } = way;
  const { nodeId } = subscriber;
  const { name } = declared;
  const publications = desiredPublications(declared, present, drops);
  const { enabled, ...options } = declared.options;
  // Enabled unsaid, it would fail again with the same row.
  const staysStopped =
    enabled === undefined &&
    !present.isEnabled &&
    isStoppedByError({ nodeId, name }, draft.context);
  const isEnabled = enabled !== false && !staysStopped;
  const plan = planAlterSubscription(
    {
      nodeId,
      name,
      publications,
      options: {
        ...options,
        ...(present.slotName === null ? { slotName: declared.slotName } : {}),
      },
      connection: signIn?.connection ?? null,
      enabled: isEnabled,
      connectionTest: signIn?.connectionTest ?? NOT_TRIED,
      copiesNewTables: options['copyData'] !== false,
    },
    draft.context,
  );
  const planned = addPart(addPlan(draft, plan), {
    findings: [
      ...keptFindings(nodeId, declared, present, drops),
      ...(staysStopped ? [stoppedFinding(nodeId, name)] : []),
    ],
  });
  const isSame = publications.every((each) => present.publications.includes(each));
  const isSet =
    plan.steps.length > 0 && !(isSame && publications.length === present.publications.length);
  const changed = project(planned, nodeId, (catalog) =>
    withChangedSubscription(catalog, name, { publications, isEnabled }),
  );
  return refresh(changed, way, publications, isSet && isEnabled);
}

function stoppedFinding(nodeId: string, name: string): Finding {
  return warningFinding(
    'stoppedByError',
    nodeId,
    say`${name} on ${nodeId} was stopped by an error and stays disabled: the file does not say that it is enabled.`,
    say`Use Resolve Stopped Subscription…, or write "enabled": true into the file to have it enabled all the same.`,
  );
}

const NOT_TRIED: ConnectionTest = { kind: 'notTried', why: say`It stays as it is.` };

/** @param isRefreshed whether setting its publications did so already */
function refresh(
  draft: ChangesDraft,
  { declared, subscriber, publisher, drops }: Way,
  publications: readonly string[],
  isRefreshed: boolean,
): ChangesDraft {
  const { nodeId } = subscriber;
  const present = draft.context.catalogs
    .get(nodeId)
    ?.subscriptions.find(({ name }) => name === declared.name);
  if (publisher === null || !present?.isEnabled) return draft;
  const published = subscribedTables(publisher, publications);
  const added = published.filter(
    (table) => !present.tables.some((taken) => isSameTable(taken, table)),
  );
  const removed = present.tables.filter(
    (taken) => !published.some((table) => isSameTable(taken, table)),
  );
  if (added.length === 0 && (!drops || removed.length === 0)) return draft;
  const others = subscriber.subscriptions.filter(({ name }) => name !== declared.name);
  const told = addPart(draft, {
    findings: tableTwiceFindings(added, { ...subscriber, subscriptions: others }),
  });
  const planned = isRefreshed
    ? told
    : addPlan(told, planRefreshSubscription({ nodeId, name: declared.name }, draft.context));
  return project(planned, nodeId, (catalog) =>
    withRefreshedSubscription(catalog, declared.name, published),
  );
}

function keptFindings(
  nodeId: string,
  declared: DeclaredSubscription,
  present: CatalogSubscription,
  drops: boolean,
) {
  const kept = present.publications.filter((name) => !declared.publications.includes(name));
  if (drops || kept.length === 0) return [];
  return [
    noteFinding(
      'nothingToDo',
      nodeId,
      say`${declared.name} on ${nodeId} takes ${listNames(kept)}, which the file does not list; that stays.`,
      say`Add it to the file, or let the plan drop what the file does not mention.`,
    ),
  ];
}
