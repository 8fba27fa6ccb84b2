import { say } from '../say';
import { AlterSubscriptionSteps } from './alterSubscriptionSteps';
import {
  needsDisabled,
  optionChangeFindings,
  optionChangeOf,
  type OptionChange,
} from './alterSubscriptionOptions';
import { newConnectionFindings } from './newConnectionFindings';
import { isSayableConnection } from './connectionValues';
import { appliedRowFindings } from './appliedRowFindings';
import type { Finding } from './finding';
import { noteFinding, warningFinding } from './findingParts';
import { declaredSubscription, publisherOf } from './knownSubscribers';
import { catalogsOf, makePlan, planWithoutCatalog } from './makePlan';
import { isQuotable, nameFindings, roleWords } from './nodeFindings';
import type { CatalogSubscription, NodeCatalog } from './nodeCatalog';
import type { FileChange, Impact, Plan, PlanStep } from './plan';
import { stoppedByErrorFindings } from './planSwitchSubscription';
import type { ConnectionTest, PlanContext, SubscriptionRequest } from './requests';
import { unreadableTableFindings } from './publisherLogin';
import type { ConninfoItem } from './sqlText';
import { publicationFindingsOf, subscribedTables } from './subscribedTables';
import { connectionText } from './subscriptionFile';
import { loginOf } from './subscriptionLogin';
import {
  existingSubscriptionFindings,
  subscriptionOf,
  twoPhaseCopyFindings,
} from './subscriptionFindings';
import { isSameTable } from './tableLookup';
import { targetTableFindings } from './targetTableFindings';

/** A subscription as it shall be. What is `null`, or an option that is not named, stays as it is. */
export interface AlterSubscriptionRequest extends SubscriptionRequest {
  readonly publications: readonly string[] | null;
  /** By their names in the file, `slotName` among them (`null`: none). */
  readonly options: Readonly<Record<string, unknown>>;
  /** The whole new connection; a password is a `SecretRef` and never text. */
  readonly connection: readonly ConninfoItem[] | null;
  readonly enabled: boolean | null;
  readonly connectionTest: ConnectionTest;
  /** Whether rows of tables that are new to it are copied; by default they are. */
  readonly copiesNewTables?: boolean;
}

/**
 * Changes only what differs; a plan without steps when nothing does. What the server takes only from a disabled
 * subscription is changed between disabling and enabling it. Needs the catalog of its node; with that of its publisher,
 * new publications and a new connection are looked at beforehand.
 * @see ALTER SUBSCRIPTION
 */
export function planAlterSubscription(
  request: AlterSubscriptionRequest,
  context: PlanContext,
): Plan {
  const { nodeId, name } = request;
  const head = { kind: 'alterSubscription', title: say`Alter subscription ${name} on ${nodeId}` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const subscription = subscriptionOf(request, catalog);
  const found = existingSubscriptionFindings(request, context, catalog);
  const privileges = [
    say`${nodeId}: the role must own the subscription or be a superuser. It runs as ${roleWords(catalog)}.`,
  ];
  if (subscription === null || !isQuotable(name)) {
    return makePlan(context, { ...head, steps: [], findings: found, privileges });
  }
  const publisherId = publisherOf(context, nodeId, name);
  const publisher = publisherId === null ? null : (context.catalogs.get(publisherId) ?? null);
  const change: Change = {
    options: optionChangeOf(request.options, subscription),
    publications: newPublications(request, subscription),
    isEnabled: request.enabled ?? subscription.isEnabled,
  };
  const isSayable =
    (request.publications ?? []).every(isQuotable) && isSayableConnection(request.connection ?? []);
  const steps = isSayable ? stepsOf(request, subscription, change, publisherId) : [];
  const optionFindings = optionChangeFindings(
    request.options,
    change.options,
    subscription,
    catalog,
    publisher,
  );
  // What was asked for and cannot be is no wish that is fulfilled.
  const isAsWished =
    steps.length === 0 && isSayable && optionFindings.every(({ severity }) => severity !== 'error');
  return makePlan(context, {
    ...head,
    steps,
    findings: [
      ...found,
      ...(isAsWished
        ? [noteFinding('nothingToDo', nodeId, say`${name} on ${nodeId} is as it shall be.`)]
        : []),
      ...optionFindings,
      ...(!subscription.isEnabled && change.isEnabled
        ? stoppedByErrorFindings(request, context)
        : []),
      ...(request.publications ?? [])
        .filter((publication) => !isQuotable(publication))
        .flatMap((publication) => nameFindings(nodeId, say`publication`, publication)),
      ...publicationsFindings(
        subscription,
        change,
        catalog,
        publisher,
        publisherId,
        request.copiesNewTables ?? true,
        readerOf(request, context),
      ),
      ...(change.publications !== null && (request.copiesNewTables ?? true)
        ? twoPhaseCopyFindings(subscription, nodeId)
        : []),
      ...(request.connection === null
        ? []
        : newConnectionFindings(
            { ...request, connection: request.connection, publisherId },
            publisher,
            catalog,
          )),
    ],
    impacts: impactsOf(request, subscription, change, steps),
    privileges,
    fileChanges: fileChangesOf(request, context, publisherId),
  });
}

interface Change {
  readonly options: OptionChange;
  /** `null`: they stay. */
  readonly publications: readonly string[] | null;
  /** In the end. */
  readonly isEnabled: boolean;
}

function newPublications(
  { publications }: AlterSubscriptionRequest,
  subscription: CatalogSubscription,
): readonly string[] | null {
  if (publications === null) return null;
  const isSame =
    new Set([...publications, ...subscription.publications]).size === publications.length &&
    publications.length === subscription.publications.length;
  return isSame ? null : publications;
}

function stepsOf(
  request: AlterSubscriptionRequest,
  subscription: CatalogSubscription,
  { options, publications, isEnabled }: Change,
  publisherId: string | null,
): readonly PlanStep[] {
  const make = new AlterSubscriptionSteps(request, subscription, publisherId);
  const pauses = subscription.isEnabled && needsDisabled(options);
  const runsNow = subscription.isEnabled && !pauses && isEnabled;
  const copies = request.copiesNewTables ?? true;
  const running = Object.keys(options.running).length > 0 ? [make.options(options.running)] : [];
  return [
    ...(subscription.isEnabled && (pauses || !isEnabled) ? [make.disable(pauses)] : []),
    ...(request.connection === null ? [] : [make.connection(request.connection)]),
    ...running,
    ...Object.entries(options.disabled).map(([key, value]) => make.slotOption(key, value)),
    ...(options.slotName === undefined ? [] : [make.slot(options.slotName)]),
    ...(publications === null
      ? []
      : [make.publications(publications, runsNow ? { copies } : null)]),
    ...(isEnabled && !runsNow && options.slotName !== null ? [make.enable()] : []),
    ...(publications !== null && isEnabled && !runsNow ? [make.refresh(copies)] : []),
  ];
}

/** The role that will copy new tables: that of the new connection, else of the present one; `null`: nobody tells. */
function readerOf(request: AlterSubscriptionRequest, context: PlanContext): string | null {
  if (request.connection === null) return loginOf(context, request);
  const user = request.connection.find(({ keyword }) => keyword === 'user')?.value;
  return typeof user === 'string' ? user : null;
}

function publicationsFindings(
  subscription: CatalogSubscription,
  { publications }: Change,
  catalog: NodeCatalog,
  publisher: NodeCatalog | null,
  publisherId: string | null,
  copies: boolean,
  reader: string | null,
): readonly Finding[] {
  if (publications === null) return [];
  if (publisher === null) {
    return [
      warningFinding(
        'unknownServer',
        publisherId,
        say`Nothing could be read of ${publisherId ?? say`its publisher`}, so whether it has these publications, and ${catalog.nodeId} their tables, is not known.`,
      ),
    ];
  }
  const added = subscribedTables(publisher, publications).filter(
    (table) => !subscription.tables.some((taken) => isSameTable(taken, table)),
  );
  return [
    ...publicationFindingsOf(publisher, publications),
    ...(reader === null || !copies ? [] : unreadableTableFindings(reader, publisher.nodeId, added)),
    ...targetTableFindings(added, publisher, catalog, false),
    ...appliedRowFindings(added, publisher, catalog, copies),
  ];
}

function impactsOf(
  { nodeId, name }: AlterSubscriptionRequest,
  { isEnabled: wasEnabled }: CatalogSubscription,
  { publications, isEnabled }: Change,
  steps: readonly PlanStep[],
): readonly Impact[] {
  const impacts: Impact[] = [];
  const tell = (kind: Impact['kind'], text: string): void => {
    impacts.push({ kind, nodeId, subscription: name, text });
  };
  if (wasEnabled && !isEnabled) {
    tell('pauses', say`${name} is disabled, and takes nothing until it is enabled again.`);
  } else if (wasEnabled && steps.some(({ risk }) => risk === 'interrupts')) {
    tell('pauses', say`The worker of ${name} starts anew; what waits meanwhile arrives after it.`);
  }
  if (publications !== null && !isEnabled) {
    tell(
      'needsRefresh',
      say`${name} is disabled: refresh it once it is enabled, or new tables do not arrive.`,
    );
  }
  return impacts;
}

/** What the file says of it otherwise than it will be. A subscription that it does not name is not added. */
function fileChangesOf(
  { nodeId, name, publications, options, connection, enabled }: AlterSubscriptionRequest,
  context: PlanContext,
  publisherId: string | null,
): readonly FileChange[] {
  const declared = declaredSubscription(context, nodeId, name);
  if (declared === null) return [];
  const path = ['nodes', nodeId, 'subscriptions', name];
  const changes: FileChange[] = [];
  if (publications !== null && declared.publications.join('\n') !== publications.join('\n')) {
    changes.push({ path: [...path, 'publications'], value: publications });
  }
  const wished: Readonly<Record<string, unknown>> = {
    ...options,
    ...(enabled === null ? {} : { enabled }),
  };
  for (const [key, value] of Object.entries(wished)) {
    if (key === 'expect' || value === null) continue;
    const said = key === 'slotName' ? declared.slotName : declared.options[key];
    // What is by default so needs no word.
    if (said === value || (key === 'enabled' && value === true && said === undefined)) continue;
    changes.push({ path: [...path, key], value });
  }
  if (connection !== null && publisherId !== null) {
    const text = connectionText(connection, context.topology, publisherId);
    if (text !== declared.connection) {
      changes.push({ path: [...path, 'connection'], value: text ?? undefined });
    }
  }
  return changes;
}
