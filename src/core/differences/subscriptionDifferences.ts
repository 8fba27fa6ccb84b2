import type { SubscriptionFacts } from '../facts';
import { say } from '../say';
import { deriveSlotName } from '../slotName';
import type { DeclaredSubscription } from '../topology';
import { databasePeersOf, type ComparedNode, type Comparison } from './comparedNodes';
import type { Difference } from './difference';
import { isSameSet, listShort, makeDifference } from './makeDifference';

/** Subscriptions that are missing, that the file does not mention, or that are others than it says. */
export function subscriptionDifferences(
  comparison: Comparison,
  node: ComparedNode,
): readonly Difference[] {
  const { fast, declared } = node;
  if (fast.isInRecovery || declared.standbyOf !== null) return [];
  const found = new Map(fast.subscriptions.map((facts) => [facts.name, facts]));
  const own = declared.subscriptions.flatMap((subscription) => {
    const facts = found.get(subscription.name);
    return facts === undefined
      ? [missing(declared.id, subscription)]
      : [...compareSubscription(comparison, node, subscription, facts)];
  });
  const known = new Set(
    databasePeersOf(comparison, node).flatMap((peer) =>
      peer.declared.subscriptions.map(({ name }) => name),
    ),
  );
  const extra = fast.subscriptions.filter(({ name }) => !known.has(name));
  return [...own, ...extra.map((facts) => extraSubscription(comparison, node, facts))];
}

function pathOf(nodeId: string, name: string): readonly string[] {
  return ['nodes', nodeId, 'subscriptions', name];
}

function missing(nodeId: string, { name, publications }: DeclaredSubscription): Difference {
  const path = pathOf(nodeId, name);
  return makeDifference({
    code: 'missingSubscription',
    nodeId,
    subject: { kind: 'subscription', name },
    path,
    message: say`Subscription ${name} is in the file, but not on ${nodeId}.`,
    declared: say`subscription to ${listShort(publications)}`,
    byPlan: true,
    fileChanges: [{ path, value: undefined }],
  });
}

function extraSubscription(
  { snapshot }: Comparison,
  { declared: { id: nodeId } }: ComparedNode,
  facts: SubscriptionFacts,
): Difference {
  const { name } = facts;
  const path = pathOf(nodeId, name);
  const publisher =
    snapshot.edges.find((edge) => edge.id === `logical/${nodeId}/${name}`)?.from ?? null;
  const value = {
    publisher,
    publications: facts.publications,
    ...(facts.slotName === null || facts.slotName === deriveSlotName(name)
      ? {}
      : { slotName: facts.slotName }),
    ...(facts.isEnabled ? {} : { enabled: false }),
  };
  return makeDifference({
    code: 'extraSubscription',
    nodeId,
    subject: { kind: 'subscription', name },
    path,
    severity: 'information',
    message: say`Subscription ${name} is on ${nodeId}, but not in the file.`,
    live: say`subscription to ${listShort(facts.publications)}`,
    // The file has to name the publisher, which only its slot tells.
    fileChanges: publisher === null ? [] : [{ path, value }],
  });
}

function compareSubscription(
  { snapshot }: Comparison,
  node: ComparedNode,
  declared: DeclaredSubscription,
  facts: SubscriptionFacts,
): readonly Difference[] {
  const { name } = declared;
  const nodeId = node.declared.id;
  const path = pathOf(nodeId, name);
  const shared = { nodeId, subject: { kind: 'subscription' as const, name } };
  const found: Difference[] = [];
  if (!isSameSet(declared.publications, facts.publications)) {
    const said = listShort(declared.publications);
    const live = listShort(facts.publications);
    found.push(
      makeDifference({
        ...shared,
        code: 'subscribedPublications',
        path: [...path, 'publications'],
        message: say`Subscription ${name} on ${nodeId} takes ${live}; the file says ${said}.`,
        declared: said,
        live,
        byPlan: true,
        fileChanges: [{ path: [...path, 'publications'], value: facts.publications }],
      }),
    );
  }
  const { enabled } = declared.options;
  const isWanted = enabled !== false;
  if (isWanted !== facts.isEnabled) {
    const edge = snapshot.edges.find(({ id }) => id === `logical/${nodeId}/${name}`);
    found.push(
      makeDifference({
        ...shared,
        code: 'enabled',
        path: [...path, 'enabled'],
        message: say`Subscription ${name} on ${nodeId} is ${stateWord(facts.isEnabled)}; ${enabled === undefined ? say`the file does not say so, and then it is enabled` : say`the file says ${stateWord(isWanted)}`}.`,
        declared: stateWord(isWanted),
        live: stateWord(facts.isEnabled),
        // What stopped by an error would stop again.
        byPlan: edge?.verdict.code !== 'stoppedByError',
        fileChanges: [{ path: [...path, 'enabled'], value: facts.isEnabled }],
      }),
    );
  }
  if (facts.slotName !== declared.slotName) {
    const live = facts.slotName === null ? say`no slot` : say`slot ${facts.slotName}`;
    found.push(
      makeDifference({
        ...shared,
        code: 'slotName',
        path: [...path, 'slotName'],
        message: say`Subscription ${name} on ${nodeId} uses ${live}; the file says slot ${declared.slotName}.`,
        declared: say`slot ${declared.slotName}`,
        live,
        fileChanges:
          facts.slotName === null ? [] : [{ path: [...path, 'slotName'], value: facts.slotName }],
      }),
    );
  }
  return [...found, ...optionDifferences(node, declared, path)];
}

/** Used once, when the subscription is made, or said apart. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['createSlot', 'copyData', 'enabled']);
/** First version that changes two_phase of a subscription that is there. */
const TWO_PHASE_CHANGES = 180_000;

function optionDifferences(
  { snapshot, declared: { id: nodeId }, fast }: ComparedNode,
  { name, options }: DeclaredSubscription,
  path: readonly string[],
): readonly Difference[] {
  const all = snapshot.sample.slow?.subscriptionOptions ?? [];
  const live = all.find(({ subscription }) => subscription === name)?.options ?? {};
  return Object.entries(options).flatMap(([option, said]) => {
    const has = live[option];
    // The server's version has no such option, or nothing was read.
    if (has === undefined || NOT_COMPARED.has(option)) return [];
    const [wanted, present] = [optionWord(said), optionWord(has)];
    if (wanted === null || present === null || wanted === present) return [];
    return [
      makeDifference({
        code: 'subscriptionOption',
        nodeId,
        subject: { kind: 'subscription', name },
        detail: option,
        path: [...path, option],
        message: say`Subscription ${name} on ${nodeId} has ${option} ${present}; the file says ${wanted}.`,
        declared: wanted,
        live: present,
        byPlan: option !== 'twoPhase' || fast.serverVersionNum >= TWO_PHASE_CHANGES,
        fileChanges: [{ path: [...path, option], value: fileValue(option, has) }],
      }),
    ];
  });
}

/** `true` and `on` are one. */
function optionWord(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : null;
}

function fileValue(option: string, value: boolean | string): boolean | string {
  return option === 'streaming' && value !== 'parallel' ? value === 'on' : value;
}

function stateWord(isEnabled: boolean): string {
  return isEnabled ? say`enabled` : say`disabled`;
}
