import { say } from '../../say';
import { isReadOnly, type Topology, type TopologyNode } from '../../topology';
import type { Finding } from '../finding';
import { listNames, noteFinding, warningFinding } from '../findingParts';
import { makePlan } from '../makePlan';
import type { Plan } from '../plan';
import type { PlanContext } from '../requests';
import { beginDraft, type ChangesDraft } from './changesDraft';
import type { PlanChangesRequest } from './changesRequest';
import { scopeOf } from './changesScope';
import { copyStage } from './copyStage';
import { dropPublicationStage, dropSubscriptionStage } from './dropStage';
import { loginStage } from './loginStage';
import { probeSteps } from './probeSteps';
import { publicationStage } from './publicationStage';
import { queueStage } from './queueStage';
import { withUnitedDeclarations } from './sharedDatabase';
import { slotStage } from './slotStage';
import { subscriptionStage } from './subscriptionStage';

/** A part of the plan, and the nodes that it goes through. */
type Stage = readonly [
  nodes: readonly TopologyNode[],
  add: (draft: ChangesDraft, node: TopologyNode) => ChangesDraft,
];

/**
 * One plan that brings nodes to what the file says. Needs the catalogs of the nodes of `readFor`, read with the roles that
 * their subscriptions log in as among the roles to check, and all definitions of publishers' tables. A node without a
 * catalog is left out and named.
 *
 * Tables and columns come first, downstream; then roles, grants and slots; then publications; then queues; then subscriptions. Nothing is
 * dropped because the file does not mention it, unless asked. Once it has run, it finds nothing to do.
 */
export function planChanges(request: PlanChangesRequest, context: PlanContext): Plan {
  const { topology } = context;
  const scope = scopeOf(topology, request.nodeIds);
  const changeable = scope.filter(({ id }) => whyLeftOut(context, id) === null);
  const draft = draftChanges(request, context);
  const { findings, impacts, privileges } = draft;
  const steps = [...probeSteps(draft.steps, request, context), ...draft.steps];
  const leftOut = leftOutFindings(scope, request, context);
  return makePlan(context, {
    kind: 'applyChanges',
    title: titleOf(topology, request),
    steps,
    findings: [...findings, ...leftOut, ...(steps.length === 0 ? nothingFindings(changeable) : [])],
    impacts,
    privileges,
  });
}

/** The same as far as it is made of parts; its context is what the servers will say once it has run. */
export function draftChanges(request: PlanChangesRequest, context: PlanContext): ChangesDraft {
  const topology = withUnitedDeclarations(context);
  const { drops } = request;
  const scope = scopeOf(topology, request.nodeIds);
  const changeable = scope.filter(({ id }) => whyLeftOut(context, id) === null);
  // A standby takes no changes but this: slots of its own.
  const upstreams = scope.filter(({ id }) => context.catalogs.has(id) && !isReadOnly(topology, id));
  const stages: readonly Stage[] = [
    [changeable, (draft, node) => copyStage(draft, node, drops)],
    [changeable, (draft, node) => loginStage(draft, node, changeable, request)],
    [upstreams, (draft, node) => slotStage(draft, node, scope)],
    [changeable, (draft, node) => publicationStage(draft, node, drops)],
    // Guards come before what could bring anything back.
    [changeable, (draft, node) => queueStage(draft, node, drops)],
    [changeable, (draft, node) => subscriptionStage(draft, node, request)],
    [drops ? changeable : [], dropSubscriptionStage],
    [drops ? changeable : [], dropPublicationStage],
  ];
  const begun = beginDraft({ ...context, topology });
  return stages.reduce((before, [nodes, add]) => nodes.reduce(add, before), begun);
}

function titleOf({ name }: Topology, { nodeIds }: PlanChangesRequest): string {
  return nodeIds === null
    ? say`Bring ${name} to what its file says`
    : say`Bring ${listNames(nodeIds)} of ${name} to what the file says`;
}

/** @returns the end of a sentence; `null` for a node that can be changed. A standby's slot is its upstream's matter. */
function whyLeftOut({ topology, catalogs }: PlanContext, nodeId: string): string | null {
  const catalog = catalogs.get(nodeId);
  if (catalog === undefined) return say`could not be read`;
  if (isReadOnly(topology, nodeId)) return say`is marked "access": "readOnly" in the file`;
  return catalog.server.isInRecovery ? say`is a standby and takes no changes` : null;
}

/** What the plan says nothing of, so that silence is not taken for agreement. */
function leftOutFindings(
  scope: readonly TopologyNode[],
  { unread }: PlanChangesRequest,
  context: PlanContext,
): readonly Finding[] {
  return scope.flatMap(({ id, publications, subscriptions }): readonly Finding[] => {
    if (!context.catalogs.has(id)) {
      const why = unread.find(({ nodeId }) => nodeId === id)?.why ?? null;
      return [
        warningFinding(
          'unknownServer',
          id,
          say`${id} was not looked at${why === null ? '.' : `: ${why}`}`,
          say`What it needs is not in this plan: plan again when ${id} can be reached.`,
        ),
      ];
    }
    const why = whyLeftOut(context, id);
    if (why === null || publications.length + subscriptions.length === 0) return [];
    const text = say`${id} ${why}, so its publications and subscriptions are left as they are.`;
    return [warningFinding('standby', id, text)];
  });
}

/** What was looked at and found to be so. */
function nothingFindings(nodes: readonly TopologyNode[]): readonly Finding[] {
  if (nodes.length === 0) return [];
  const ids = listNames(nodes.map(({ id }) => id));
  const text = say`${ids} ${nodes.length === 1 ? say`is` : say`are`} as the file says: there is nothing to do.`;
  return [noteFinding('nothingToDo', null, text)];
}
