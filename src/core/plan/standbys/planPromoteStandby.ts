import { say } from '../../say';
import { clusterManagerOf } from '../../setup/clusterManager';
import { escapeIdentifier } from '../../sql';
import type { Finding } from '../finding';
import { errorFinding, listNames, noteFinding, warningFinding } from '../findingParts';
import { knownSubscribersOf } from '../knownSubscribers';
import { catalogsOf, makePlan, planWithoutCatalog } from '../makePlan';
import { roleWords } from '../nodeFindings';
import type { NodeCatalog } from '../nodeCatalog';
import type { FileChange, Impact, Plan, PlanStep } from '../plan';
import type { PlanContext } from '../requests';
import { sqlStatement } from '../sqlText';
import { lossFindings } from './promotionLoss';
import type { StandbyRequest } from './planReplay';

/** How long the server itself waits for its own promotion. */
const PROMOTE_SECONDS = 60;

/**
 * Makes a standby a primary. Needs its catalog and its set-up; those of its upstream, where that can be reached, tell what
 * would be lost and whether it still takes writes. Where a cluster manager runs the node it is refused.
 */
export function planPromoteStandby({ nodeId }: StandbyRequest, context: PlanContext): Plan {
  const head = { kind: 'promoteStandby', title: say`Promote ${nodeId} to primary` };
  const [catalog] = catalogsOf(context, [nodeId]) ?? [];
  if (catalog === undefined) return planWithoutCatalog(context, head, [nodeId]);
  const node = context.topology.nodes.find(({ id }) => id === nodeId);
  const fileChanges: readonly FileChange[] = [
    ...((node?.standbyOf ?? null) === null
      ? []
      : [{ path: ['nodes', nodeId, 'standbyOf'], value: undefined }]),
    ...((node?.slot ?? null) === null
      ? []
      : [{ path: ['nodes', nodeId, 'slot'], value: undefined }]),
  ];
  if (!catalog.server.isInRecovery) {
    return makePlan(context, {
      ...head,
      steps: [],
      findings: [noteFinding('nothingToDo', nodeId, say`${nodeId} is a primary already.`)],
      fileChanges,
    });
  }
  const upstreamId = node?.standbyOf ?? null;
  return makePlan(context, {
    ...head,
    steps: [promoteStep(nodeId, upstreamId)],
    findings: [
      ...managerFindings(context, catalog),
      ...rightFindings(context, catalog),
      ...upstreamFindings(context, upstreamId),
      ...lossFindings(context, nodeId, upstreamId),
      ...followerFindings(context, nodeId, upstreamId),
      ...pausedFindings(context, nodeId),
    ],
    impacts: upstreamId === null ? [] : impactsOf(context, catalog, upstreamId),
    privileges: [
      say`${nodeId}: the role must be a superuser or have EXECUTE on pg_promote(). It runs as ${roleWords(catalog)}.`,
    ],
    fileChanges,
  });
}

function promoteStep(nodeId: string, upstreamId: string | null): PlanStep {
  const isPrimary = 'SELECT NOT pg_catalog.pg_is_in_recovery()';
  return {
    nodeId,
    title: say`Promote ${nodeId}`,
    effect:
      upstreamId === null
        ? say`${nodeId} replays what it has received, begins a new timeline and takes writes.`
        : say`${nodeId} replays what it has received, begins a new timeline and takes writes. It follows ${upstreamId} no more; ${upstreamId} is not changed by this.`,
    risk: 'losesData',
    statements: [sqlStatement(`SELECT pg_catalog.pg_promote(true, ${PROMOTE_SECONDS})`)],
    isTransactional: false,
    statementLimitMs: (PROMOTE_SECONDS + 10) * 1_000,
    precondition: {
      sql: 'SELECT pg_catalog.pg_is_in_recovery()',
      otherwise: say`${nodeId} is no standby any more.`,
    },
    effectCheck: { sql: isPrimary, otherwise: say`${nodeId} is still a standby.` },
    settle: {
      sql: isPrimary,
      otherwise: say`${nodeId} was told to become a primary and is still replaying.`,
      limitMs: PROMOTE_SECONDS * 1_000,
    },
    undo: [],
    undoNote: say`This cannot be undone: to follow ${upstreamId ?? say`its primary`} again ${nodeId} must be rewound (pg_rewind) or cloned.`,
  };
}

function managerFindings(context: PlanContext, catalog: NodeCatalog): readonly Finding[] {
  const { nodeId } = catalog;
  const setup = context.setup?.get(nodeId);
  const manager = setup === undefined ? null : clusterManagerOf(setup, catalog);
  if (manager === null) return [];
  return [
    errorFinding(
      'clusterManager',
      nodeId,
      say`${manager.name} runs ${nodeId}: ${manager.sign}. A promotion behind its back would be undone, or end in two primaries.`,
      { text: say`Let ${manager.name} do it.`, copy: manager.command },
    ),
  ];
}

function rightFindings({ setup }: PlanContext, { nodeId, role }: NodeCatalog): readonly Finding[] {
  if (setup?.get(nodeId)?.mayPromote !== false) return [];
  return [
    errorFinding('privilege', nodeId, say`${role.name} on ${nodeId} may not promote it (42501).`, {
      text: say`Let a superuser grant it on the primary, or name one as "adminUser" in the file.`,
      copy: `GRANT EXECUTE ON FUNCTION pg_catalog.pg_promote(boolean, integer) TO ${escapeIdentifier(role.name)};`,
    }),
  ];
}

/** Whether the old primary is known to take writes still. */
function upstreamFindings(context: PlanContext, upstreamId: string | null): readonly Finding[] {
  if (upstreamId === null) return [];
  const isInRecovery =
    context.catalogs.get(upstreamId)?.server.isInRecovery ??
    connectedFast(context, upstreamId)?.isInRecovery;
  if (isInRecovery === true) return [];
  if (isInRecovery === false) {
    return [
      warningFinding(
        'losesChanges',
        upstreamId,
        say`${upstreamId} still accepts writes. After this there are two primaries and their data diverge.`,
        say`Stop ${upstreamId} first, and keep it from coming back as a primary.`,
      ),
    ];
  }
  return [
    warningFinding(
      'losesChanges',
      upstreamId,
      say`${upstreamId} is not reached from here: whether it still accepts writes is not known. If it does, there are two primaries after this.`,
      say`Make sure that ${upstreamId} is stopped and does not come back as a primary.`,
    ),
  ];
}

function connectedFast({ snapshot }: PlanContext, nodeId: string) {
  const sample = snapshot?.nodes.find(({ id }) => id === nodeId)?.sample;
  return sample?.contact === 'connected' ? sample.fast : null;
}

/** Other standbys stay on the old timeline until somebody points them here; those below follow by themselves. */
function followerFindings(
  { topology }: PlanContext,
  nodeId: string,
  upstreamId: string | null,
): readonly Finding[] {
  const idsBelow = (of: string) =>
    topology.nodes
      .filter(({ id, standbyOf }) => standbyOf === of && id !== nodeId)
      .map(({ id }) => id);
  const siblings = upstreamId === null ? [] : idsBelow(upstreamId);
  const below = idsBelow(nodeId);
  return [
    ...(siblings.length === 0
      ? []
      : [
          warningFinding(
            'losesChanges',
            nodeId,
            say`${listNames(siblings)} still ${siblings.length === 1 ? say`follows` : say`follow`} ${upstreamId ?? ''} on the old timeline.`,
            siblings.length === 1
              ? say`Point primary_conninfo of it at ${nodeId}; one that is ahead of ${nodeId} must be rewound or cloned.`
              : say`Point primary_conninfo of each at ${nodeId}; one that is ahead of ${nodeId} must be rewound or cloned.`,
          ),
        ]),
    ...(below.length === 0
      ? []
      : [
          noteFinding(
            'losesChanges',
            nodeId,
            say`${listNames(below)} ${below.length === 1 ? say`goes` : say`go`} on streaming from ${nodeId}, on its new timeline.`,
          ),
        ]),
  ];
}

function pausedFindings({ setup }: PlanContext, nodeId: string): readonly Finding[] {
  const state = setup?.get(nodeId)?.wal.replayPauseState ?? 'not paused';
  if (state === 'not paused') return [];
  return [
    noteFinding(
      'losesChanges',
      nodeId,
      say`Replay on ${nodeId} is paused: promoting ends the pause and replays what has waited first.`,
    ),
  ];
}

function impactsOf(
  context: PlanContext,
  { nodeId, slots }: NodeCatalog,
  upstreamId: string,
): readonly Impact[] {
  return knownSubscribersOf(context, upstreamId, null).map(
    ({ nodeId: at, subscription, slotName }) => {
      const copy = slots.find(({ name }) => name === slotName);
      const isReady =
        copy?.isSynced === true && !copy.isTemporary && copy.invalidationReason === null;
      return {
        kind: isReady ? 'pauses' : 'losesRows',
        nodeId: at,
        subscription,
        text: isReady
          ? say`It still reads ${upstreamId}. ${nodeId} has a copy of its slot: with its connection pointed at ${nodeId} it goes on.`
          : say`It still reads ${upstreamId}, and ${nodeId} has no copy of its slot that could be used: pointed at ${nodeId} it needs a new slot, and misses what was written in between unless its tables are copied again.`,
      };
    },
  );
}
